import { EgressStatus } from '@livekit/protocol';
import { expect } from 'chai';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import type { Manifest } from '../../recording/manifest.js';
import { adminToken, asAdmin } from '../support/administrator.js';
import { flashesAndBeeps, probe } from '../support/ffprobe.js';
import { ServerProcess } from '../support/server-process.js';
import { until } from '../support/until.js';
import { WebhookReceiver, webhookKey } from '../support/webhook-receiver.js';
import { writtenSoFar } from '../support/written-so-far.js';
import { useBrowser } from './shared-browser.js';
import { patienceMs } from './visitor.js';

const names = ['ana', 'ben', 'cleo'] as const;

/** Three people in one page, so that one clock is that of all. `flash` shows and sounds at the same time at all of them. */
const call = `(async () => {
  const { Room } = await import(new URL('../client/atrium-client.js', location.href));
  const sound = new AudioContext();
  const people = [];
  for (const user of ${JSON.stringify(names)}) {
    const canvas = document.body.appendChild(Object.assign(document.createElement('canvas'), { width: 160, height: 120 }));
    const picture = canvas.getContext('2d');
    const draw = (colour, at = 0) => {
      picture.fillStyle = colour;
      picture.fillRect(0, 0, 160, 120);
      picture.fillStyle = 'grey';
      picture.fillRect(at % 160, 0, 4, 4);
    };
    const volume = new GainNode(sound, { gain: 0 });
    const ear = sound.createMediaStreamDestination();
    const tone = new OscillatorNode(sound, { frequency: 1000 });
    tone.connect(volume).connect(ear);
    tone.start();
    const person = { draw, volume, colour: 'black', at: 0 };
    setInterval(() => draw(person.colour, (person.at += 4)), 40);
    const stream = canvas.captureStream(60);
    stream.addTrack(ear.stream.getAudioTracks()[0]);
    const room = await Room.join({ url: '../', room: 'r', user });
    await room.publish(stream);
    people.push(person);
  }
  window.flash = () => {
    for (const person of people) {
      person.colour = 'white';
      person.draw('white');
      person.volume.gain.value = 1;
    }
  };
})()`;

interface Asked {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Programs that were started with that text among their arguments: the media server of a server that was given that directory. */
function processesWith(text: string): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(text) ? [Number(name)] : [];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}

describe('a call of three, recorded by the embedded engine', function () {
  this.timeout(6 * patienceMs);
  const newWindow = useBrowser();
  let directory: string;
  let server: ServerProcess;
  let receiver: WebhookReceiver;

  before(async () => {
    receiver = await WebhookReceiver.start();
    directory = mkdtempSync(join(tmpdir(), 'atrium-recorded-call-'));
    server = await start();
  });
  after(async () => {
    await server.end('SIGTERM');
    await receiver.die();
    rmSync(directory, { recursive: true, force: true });
  });

  function start(): Promise<ServerProcess> {
    const env = {
      ...{ KMS_URIS: '', RECORDINGS_DIR: directory, RECORDINGS_MIN_FREE_MB: '0', ADMIN_TOKEN: adminToken },
      ...{ WEBHOOK_URLS: receiver.url, WEBHOOK_KEY: webhookKey.name, KEYS: `${webhookKey.name}:${webhookKey.secret}` },
    };
    return ServerProcess.start(0, env);
  }

  const ask = (path: string, { headers = {}, ...init }: Asked = {}): Promise<Response> =>
    fetch(`${server.url}api/v1/${path}`, { ...init, headers: { ...asAdmin.headers, ...headers } });
  const manifestOf = async (id: string): Promise<Manifest> =>
    (await (await ask(`recordings/${id}/manifest`)).json()) as Manifest;

  /** What webhooks said of recordings, as EVENT STATUS. */
  function egress(): readonly string[] {
    return receiver.received.flatMap(({ event: { event, egressInfo: info } }) =>
      info ? [`${event} ${EgressStatus[info.status]}`] : [],
    );
  }

  async function openCall(): Promise<Page> {
    const page = await (await newWindow()).newPage();
    await page.goto(`${server.url}examples/`);
    await page.evaluate(call);
    return page;
  }

  /** The name under which a browser keeps a file that a page has left to it, without a token. */
  async function downloadedBy(window: BrowserContext, id: string, file: string): Promise<string> {
    const page = await window.newPage();
    await page.goto(`${server.url}examples/`);
    const link = await ask(`recordings/${id}/files/${file}/link`, { method: 'POST' });
    const { url } = (await link.json()) as { url: string };
    const begun = page.waitForEvent('download');
    await page.evaluate(`Object.assign(document.createElement('a'), { href: ${JSON.stringify(url)} }).click()`);
    const download = await begun;
    const path = join(directory, 'left-to-the-browser.webm');
    await download.saveAs(path);
    expect(readFileSync(path).equals(readFileSync(join(directory, id, file)))).to.equal(true);
    expect(page.url(), 'the page stays').to.equal(`${server.url}examples/`);
    return download.suggestedFilename();
  }

  it('is whole, listed and served after the server and the media server were killed', async () => {
    const page = await openCall();
    const begun = await ask('rooms/r/recordings', {
      ...{ method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json' } },
    });
    expect(begun.status, await begun.clone().text()).to.equal(201);
    const { id } = (await begun.json()) as Manifest;
    await until('everybody is recorded', async () => (await manifestOf(id)).files.length === names.length);
    const [first] = (await manifestOf(id)).files;
    const pathOf = (file: string): string => join(directory, id, file);
    const paths = (await manifestOf(id)).files.map(({ file }) => pathOf(file));
    /** Of the shortest file, as long as each has sound and pictures; otherwise -1. */
    const writtenMs = async (): Promise<number> => {
      const outlines = await Promise.all(paths.map(writtenSoFar));
      return Math.min(...outlines.map((each) => (each?.tracks.length === 2 ? each.durationMs : -1)));
    };
    // The engine takes the packet that has waited least for the time of its stream: some of them must have come.
    await until('media comes', async () => (await writtenMs()) > 3_000, patienceMs);
    expect((await ask(`recordings/${id}/files/${first?.file}`)).status, 'while it is written').to.equal(409);
    await page.evaluate('window.flash()');
    const atFlash = await writtenMs();
    await until('what came then is on the disk', async () => (await writtenMs()) > atFlash + 2_000, patienceMs);
    const haveBoth = async (): Promise<boolean> => {
      const { flashes, beeps } = await flashesAndBeeps(...paths);
      return ![...flashes, ...beeps].includes(undefined);
    };
    await until('flash and beep are on the disk', haveBoth, patienceMs, 1_000);
    await until('webhooks tell that it runs', () => egress().length > 0);

    const engines = processesWith(directory);
    expect(engines).to.have.lengthOf(1);
    // It cannot end its files by itself.
    for (const engine of engines) process.kill(engine, 'SIGSTOP');
    await server.end('SIGKILL');
    for (const engine of engines) process.kill(engine, 'SIGKILL');
    await page.close();
    server = await start();

    const listed = async (): Promise<Manifest[]> =>
      ((await (await ask('recordings?room=r&state=ready')).json()) as { recordings: Manifest[] }).recordings;
    await until('it is repaired', async () => (await listed()).length === 1, patienceMs);
    const [repaired] = await listed();
    expect(repaired).to.include({ id, state: 'ready', endReason: 'interrupted' });
    expect(repaired?.files.map(({ participant }) => participant.id)).to.have.members([...names]);
    await until('webhooks tell that it has ended', () => egress().length > 1);
    expect(egress()).to.deep.equal(['egress_started EGRESS_ACTIVE', 'egress_ended EGRESS_COMPLETE']);
    const { egressInfo } = receiver.received.find(({ event: { event } }) => event === 'egress_ended')?.event ?? {};
    expect([egressInfo?.egressId, egressInfo?.roomName]).to.deep.equal([id, 'r']);
    expect(egressInfo?.fileResults.map(({ filename, size }) => [filename, Number(size)])).to.deep.equal(
      repaired?.files.map(({ file, bytes }) => [`${id}/${file}`, bytes]),
    );
    expect(receiver.faults).to.deep.equal([]);
    const downloaded: string[] = [];
    for (const { file, repaired: isRepaired, bytes, durationMs, sha256 } of repaired?.files ?? []) {
      expect(isRepaired, file).to.equal(true);
      expect(sha256, file).to.have.lengthOf(64);
      // As a download that breaks off and goes on.
      const parts = [`bytes=0-${Math.floor(bytes / 2) - 1}`, `bytes=${Math.floor(bytes / 2)}-`];
      const answers = await Promise.all(
        parts.map(async (Range) => ask(`recordings/${id}/files/${file}`, { headers: { Range } })),
      );
      expect(answers.map(({ status }) => status)).to.deep.equal([206, 206]);
      const content = Buffer.concat(
        await Promise.all(answers.map(async (each) => Buffer.from(await each.arrayBuffer()))),
      );
      expect(content.length).to.equal(bytes);
      const path = join(directory, `downloaded-${file}`);
      await writeFile(path, content);
      const { format, streams } = await probe(path);
      expect(streams.map(({ codec_name }) => codec_name)).to.have.members(['opus', 'vp8']);
      expect(format.duration, 'it says how long it is').to.be.closeTo(durationMs / 1_000, 0.05);
      downloaded.push(path);
    }
    const { complaints, flashes, beeps } = await flashesAndBeeps(...downloaded);
    expect(complaints).to.equal('');
    const times = (repaired?.files ?? []).flatMap(({ offsetMs }, at) =>
      [flashes[at], beeps[at]].map((s) => offsetMs + (s ?? Number.NaN) * 1_000),
    );
    const shown = `flash and beep of each, in ms: ${times.map(Math.round).join(', ')}`;
    expect(Math.max(...times) - Math.min(...times), shown).to.be.lessThan(100);
    expect(await downloadedBy(await newWindow(), id, first?.file ?? '')).to.equal(`${id}-${first?.file}`);

    expect((await ask(`recordings/${id}`, { method: 'DELETE' })).status).to.equal(204);
    expect(readdirSync(directory)).to.not.include(id);
  });
});
