import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { npmCommand } from '../../scripts/npm.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const strict = {
  ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, verbatimModuleSyntax: true },
  ...{ target: 'ES2022', lib: ['ES2022', 'DOM', 'DOM.Iterable'], types: [], noEmit: true, skipLibCheck: false },
};
/** As bundlers read packages, and as Node does. */
const ways = {
  bundler: { module: 'ESNext', moduleResolution: 'Bundler' },
  node16: { module: 'Node16', moduleResolution: 'Node16' },
};

const program = `
import { AtriumCall } from '@atrium/client/call';
import type { CallHandle } from '@atrium/client';
import { ClientError, Room, Speakers, Subscription, decibels, embed, iceServersOf, openDevices, watchDevices } from '@atrium/client';
import type { EndReason, Grants, Participant, ParticipantState, RoomEvents, RoomOptions } from '@atrium/client';
import { KurentoRoom } from '@atrium/client/original';

export async function call(url: string, video: HTMLVideoElement, iceServers?: RTCIceServer[]): Promise<EndReason> {
  const options: RoomOptions = { url, room: 'garden', user: 'Ana', iceServers, token: undefined, autoSubscribe: undefined };
  const room = new Room(options);
  const seen = (participant: Participant): void => {
    participant.on('published', (publication) => {
      publication.on('subscribed', ({ stream }) => (video.srcObject = stream));
    });
    participant.on('stateChanged', ({ audio, hand }: ParticipantState) => [audio, hand] satisfies boolean[]);
  };
  room.on('participantJoined', seen);
  room.once('reconnecting', ({ message, advice }) => [message.length, advice]);
  await room.join();
  room.off('participantJoined', seen);
  const publication = await room.publish(await openDevices({ camera: undefined }), { loopback: undefined });
  publication.mute('audio');
  const speakers = new Speakers(room, { thresholdDb: undefined });
  speakers.on('changed', ([loudest]: readonly string[]) => loudest?.length);
  const grants: Grants | undefined = room.self.grants;
  if (grants?.roomAdmin) await room.moderation.update({ locked: true, title: undefined });
  if (room.settings?.locked === true) await room.chat(String(decibels(0.5)));
  return new Promise((resolve) => room.on('closed', (reason, { mayReturn }) => resolve(mayReturn ? reason : 'left')));
}

export const listener: (...args: RoomEvents['message']) => string = ({ from, text }) => from + text;
export const advice = (error: unknown): string => (error instanceof ClientError ? error.advice : '');
export const others = [embed, iceServersOf, watchDevices];

export async function shown(page: Document): Promise<void> {
  const call = page.createElement('atrium-call');
  call.buttons = ['microphone', 'leave'];
  call.addEventListener('left', ({ detail }) => console.log(detail.reason, detail.mayReturn));
  call.addEventListener('error', ({ detail }) => console.log(detail.advice));
  const { room, leave }: CallHandle = await call.join();
  room.on('message', console.log);
  await leave();
  console.log(new AtriumCall().state === 'joined');
}
export const kurento = new KurentoRoom('wss://localhost/room', (error, opened) => [error, opened?.Room]);

export function wrong(room: Room, kinds: string[]): void {
  // @ts-expect-error the option does not exist
  new Room({ url: '', room: '', usr: '' });
  // @ts-expect-error no word for a kind of media
  void room.moderation.mute('berta', kinds);
  // @ts-expect-error made by the room alone
  new Subscription();
  // @ts-expect-error for the room alone
  room.localPublication?.mediaLost();
}
`;

const withReact = `
import { createElement } from 'react';
import type { ReactElement } from 'react';
import type { RoomOptions } from '@atrium/client';
import { Audio, Video, useMessages, useParticipants, usePublication, usePublications, useRoom } from '@atrium/client/react';

export function Call({ options }: { options: RoomOptions | undefined }): ReactElement | string {
  const { room, state, error, end } = useRoom(options);
  const [participant] = useParticipants(room);
  const [publication] = usePublications(participant);
  const [message] = useMessages(room);
  const { state: comes, failure, quality, muted } = usePublication(publication);
  usePublication(room?.localPublication);
  if (!room) return error?.advice ?? end?.reason ?? state;
  const sound = createElement(Audio, { room, publication });
  return createElement(Video, { room, publication, className: comes, title: message?.text, hidden: failure !== undefined || muted.includes('video') || quality === 'poor' }, sound);
}
// @ts-expect-error the room is needed
export const wrong = createElement(Video, { publication: undefined });
`;

describe('the package of the client library', function () {
  this.timeout(120_000);
  let folder = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'atrium-client-'));
    await mkdir(join(folder, 'project'));
    npm(['run', '-s', 'pack:client', '--', '--ignore-scripts', '--pack-destination', folder], root);
    const [tarball = ''] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
    await write('package.json', { private: true, type: 'module' });
    npm(['install', '--offline', '--no-audit', '--no-fund', join(folder, tarball)], project());
    await write('program.ts', program);
    await write('with-react.ts', withReact);
    // The project has React's types of its own.
    const paths = { react: [join(root, 'node_modules/@types/react/index.d.ts')] };
    for (const [name, way] of Object.entries(ways)) {
      const files = ['program.ts', 'with-react.ts'];
      await write(`tsconfig.${name}.json`, { compilerOptions: { ...strict, ...way, paths }, files });
    }
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const project = (): string => join(folder, 'project');

  async function write(name: string, content: object | string): Promise<void> {
    await writeFile(join(project(), name), typeof content === 'string' ? content : JSON.stringify(content));
  }

  function npm(args: readonly string[], cwd: string): void {
    const [command, ...first] = npmCommand();
    const { status, stderr } = spawnSync(command, [...first, ...args], { cwd, encoding: 'utf8' });
    expect(status, stderr).to.equal(0);
  }

  function compiled(name: string): { readonly status: number | null; readonly stdout: string } {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    return spawnSync(process.execPath, [tsc, '-p', name], { cwd: project(), encoding: 'utf8' });
  }

  it('installs without anything else, and holds what its exports name', async () => {
    expect(await readdir(join(project(), 'node_modules'))).to.have.members(['.package-lock.json', '@atrium']);
    const installed = join(project(), 'node_modules/@atrium/client');
    expect(await readdir(installed)).to.include.members(['README.md', 'LICENSE', 'package.json', 'atrium-client.d.ts']);
    const { private: isPrivate, exports } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as {
      readonly private?: boolean;
      readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
    };
    expect(isPrivate).to.equal(undefined);
    const named = Object.values(exports).flatMap((entry) => (typeof entry === 'string' ? entry : Object.values(entry)));
    for (const path of named) expect(await readFile(join(installed, path), 'utf8'), path).not.to.equal('');
  });

  it('has types that need no other file, and show nothing that is for the library alone', async () => {
    for (const name of ['atrium-client', 'kurento-room.module']) {
      const types = await readFile(join(project(), `node_modules/@atrium/client/${name}.d.ts`), 'utf8');
      expect(types).not.to.match(/^\s*import\b|\bimport\(|<reference|\brequire\(/m);
      expect(types).not.to.match(/@internal|\bonly: |For \w+ only/);
    }
  });

  it('takes undefined for every option that may be absent', async () => {
    const types = await readFile(join(project(), 'node_modules/@atrium/client/atrium-client.d.ts'), 'utf8');
    // A member of a type, not a parameter: it ends its line, unless it opens an object.
    const members = types.match(/^ +(?:readonly )?\w+\?: [^(){}]+;$/gm) ?? [];
    expect(members).not.to.have.length(0);
    expect(members.filter((member) => !member.endsWith('| undefined;'))).to.deep.equal([]);
  });

  for (const name of Object.keys(ways)) {
    it(`compiles, with its hooks for React, in a strict project that resolves modules as ${name}, and a misspelt event does not`, async () => {
      const right = compiled(`tsconfig.${name}.json`);
      expect(right.status, right.stdout).to.equal(0);
      await write(
        'misspelt.ts',
        `${program}\nexport const off = (room: Room) => room.on('particpantJoined', () => 1);\n`,
      );
      await write(`tsconfig.misspelt.json`, { extends: `./tsconfig.${name}.json`, files: ['misspelt.ts'] });
      const wrong = compiled('tsconfig.misspelt.json');
      expect(wrong.status).not.to.equal(0);
      expect(wrong.stdout.trim()).to.match(
        /^misspelt\.ts\(\d+,\d+\): error TS2345: Argument of type '"particpantJoined"'[^\n]*$/,
      );
    });
  }

  it('is installed from its tarball alone: its folder of sources is private', async () => {
    const source = JSON.parse(await readFile(join(root, 'client/package.json'), 'utf8')) as { private?: boolean };
    expect(source.private).to.equal(true);
  });
});
