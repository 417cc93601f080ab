import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { decodeJwt } from 'jose';
import { TokenVerifier } from 'livekit-server-sdk';
import { Access, readKeys } from '../../../access/index.js';
import { roles } from '../../../rooms/index.js';
import { commands } from '../../../src/cli/commands.js';
import { configOf } from '../../../src/config.js';
import { keptLog } from '../../access/given.js';
import { atrium as atriumWith } from './atrium.js';

const KEYS = `backend: ${'x'.repeat(32)}, other: ${'y'.repeat(32)}`;

const atrium = (words: string, env: NodeJS.ProcessEnv = { KEYS }) => atriumWith(words, env);

describe('atrium keys generate', () => {
  it('prints a key that KEYS takes, another each time', async () => {
    const [one, other] = [await atrium('keys generate'), await atrium('keys generate --name backend')];
    expect(one.code).to.equal(0);
    expect(configOf({ keys: one.out.trim() }).keys.size).to.equal(1);
    expect([...(readKeys(other.out) ?? [])][0]?.[0]).to.equal('backend');
    expect(one.out.split(': ')[1]).to.not.equal(other.out.split(': ')[1]);
  });
});

describe('atrium token create', () => {
  it('prints the token alone, and beside it what it says', async () => {
    const { code, out, told } = await atrium(
      'token create --room garden --identity ana --role moderator --valid-for 2h --name Ana --metadata {} --attribute a=b=c --attribute d= --grant roomRecord=false',
    );
    expect(code).to.equal(0);
    expect(out).to.match(/^eyJ[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect(told).to.match(
      /^room +garden\nidentity +ana\nname +Ana\ngrants +roomJoin,roomAdmin.*\nkey +backend\nvalid until +\S+\n$/,
    );
    const bearer = await new Access(configOf({ auth: 'required', keys: KEYS }), keptLog([])).identify({
      door: 'test',
      token: out.trim(),
    });
    expect(bearer).to.deep.include({ identity: 'ana', name: 'Ana', metadata: '{}', tags: { a: 'b=c', d: '' } });
    expect(bearer.grantsIn('garden')).to.deep.equal({ ...roles.MODERATOR, roomRecord: false });
    const { exp = 0, nbf = 0 } = decodeJwt(out.trim());
    expect(exp - nbf).to.equal(7_200);
    const forOthers = await new TokenVerifier('backend', 'x'.repeat(32)).verify(out.trim());
    expect(forOthers.video).to.include({ room: 'garden', roomJoin: true, canPublish: true, roomAdmin: true });
  });

  it('makes one for the server API, without a room', async () => {
    const { out } = await atrium('token create --grant roomCreate --grant roomList');
    const { sub, video } = decodeJwt(out.trim());
    expect(sub).to.equal(undefined);
    expect(video).to.include({ roomCreate: true, roomList: true, roomJoin: false }).and.not.have.property('room');
  });

  it('says of nobody that others may see them, unless it is told to: a player of WHEP is hidden otherwise', async () => {
    const line = 'token create --room garden --identity tv --role subscriber';
    for (const [grant, hidden] of [
      ['', undefined],
      ['--grant hidden=false', false],
      ['--grant hidden', true],
    ] as const) {
      const { out } = await atrium(`${line} ${grant}`);
      expect(decodeJwt<{ video: { hidden?: boolean } }>(out.trim()).video.hidden, grant).to.equal(hidden);
    }
  });

  it('shows a link whose token no server gets', async () => {
    const { out, told } = await atrium(
      'token create --room garden --identity ana --join-url https://rooms.example/meet/',
    );
    expect(told).to.include(`join         https://rooms.example/meet/?room=garden#access_token=${out.trim()}\n`);
  });

  it('takes the key from the configuration, from its own variables, or from those of LiveKit', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'atrium-cli-'));
    const file = join(folder, 'atrium.yaml');
    writeFileSync(file, `keys: "${KEYS}"\n`);
    const line = 'token create --room garden --identity ana';
    const own = { ATRIUM_KEY: 'own', ATRIUM_SECRET: 'short' };
    const lent = { LIVEKIT_API_KEY: 'lent', LIVEKIT_API_SECRET: 'short' };
    const keyOf = async (flags: string, env: NodeJS.ProcessEnv): Promise<unknown> =>
      decodeJwt((await atrium(`${line} ${flags}`, env)).out.trim()).iss;
    expect(await keyOf('', { KEYS, ...own })).to.equal('backend');
    expect(await keyOf('--key other', { KEYS, ...own })).to.equal('other');
    expect(await keyOf('--key own', { KEYS, ...own })).to.equal('own');
    expect(await keyOf('', { ...own, ...lent })).to.equal('own');
    expect(await keyOf('', lent)).to.equal('lent');
    expect(await keyOf(`--config ${file}`, {})).to.equal('backend');
    expect(await keyOf('--dev', { HOST: '0.0.0.0' })).to.equal('devkey');
    rmSync(folder, { recursive: true });
    expect(await atrium(line, {})).to.include({ code: 1, out: '' });
    expect((await atrium(`${line} --key none`)).told).to.equal(
      '--key: there is no key none; there are backend, other\n',
    );
  });

  it('ends with 2 when it cannot be understood, and prints no token', async () => {
    for (const flags of [
      '',
      '--room garden',
      '--room garden --identity',
      '--room garden --identity an\u200ba',
      '--room garden --identity ana --role king',
      '--room garden --identity ana --grant fly',
      '--room garden --identity ana --valid-for soon',
      '--room garden --identity ana --valid-for 0s',
      '--room garden --identity ana --attribute color',
      '--room garden --identity ana --join-url here',
      `--room garden --identity ana --metadata ${'x'.repeat(9_000)}`,
      '--romo garden',
      'garden',
    ]) {
      const { code, out, told } = await atrium(`token create ${flags}`);
      expect({ code, out }, flags).to.deep.equal({ code: 2, out: '' });
      expect(told, flags).to.match(/^.+; see `atrium token create --help`\n$/);
    }
  });
});

describe('atrium health', () => {
  it('says by its code whether the server is well, ill, or not there', async () => {
    let status = 200;
    const server = createServer((_request, response) => response.writeHead(status).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const line = `health --host 127.0.0.1 --port ${port}`;
    expect(await atrium(line, {})).to.include({ code: 0 });
    status = 503;
    expect(await atrium(line, {})).to.include({ code: 1 });
    const url = `http://127.0.0.1:${port}/below/`;
    const ill = await atrium(`health --url ${url} --json`, {});
    expect(ill.code).to.equal(1);
    expect(JSON.parse(ill.out)).to.include({ isHealthy: false, isReachable: true });
    status = 200;
    expect(await atrium('health', { ATRIUM_URL: url })).to.include({ code: 0, out: `healthy: ${url}healthz\n` });
    await new Promise((resolve) => server.close(resolve));
    expect(await atrium(line, {})).to.include({ code: 3 });
    expect(await atrium(`health --url=${url}`, {})).to.include({ code: 3 });
    expect(await atrium('health --url here', {})).to.include({ code: 2 });
  });
});

describe('atrium', () => {
  it('lists its commands, and says what it does not know', async () => {
    const help = await atrium('help');
    expect(help.code).to.equal(0);
    for (const name of ['start', 'token create', 'keys generate', 'health'])
      expect(help.out).to.include(`atrium ${name}`);
    for (const { name } of commands.filter((each) => each.name !== 'start')) {
      const { code, out } = await atrium(`${name} --help`, {});
      expect({ name, code }).to.deep.equal({ name, code: 0 });
      expect(out, name)
        .to.include(`atrium ${name}: `)
        .and.match(/^ {2}\S.*\n {6}\S/m);
    }
    expect(await atrium('')).to.include({ code: 2, told: help.out });
    expect(await atrium('tokn create')).to.include({
      code: 2,
      told: 'There is no command "tokn create", did you mean token create?; `atrium help` lists all\n',
    });
    expect(await atrium('recordings --json')).to.include({
      code: 2,
      told: 'recordings is the beginning of several commands: recordings list, recordings start, recordings stop, recordings download, recordings delete\n',
    });
    expect(await atrium('rooms show --room -x')).to.include({
      code: 2,
      told: '--room: a value that begins with a dash is written as --room=-x; see `atrium rooms show --help`\n',
    });
    expect((await atrium('token create --help')).out).to.include('--valid-for TIME');
    expect((await atrium('--version')).out).to.match(/^\d+\.\d+\.\d+\n$/);
  });
});
