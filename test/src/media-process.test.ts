import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { KeptEngines } from '../../src/kept-engines.js';
import { MediaProcess } from '../../src/media-process.js';
import { RecordingLog } from '../support/recording-log.js';
import { until } from '../support/until.js';
import { udpPorts } from '../support/udp-ports.js';

/** Processes are slow to start on a machine that is busy with other tests. */
const startingMs = 30_000;

describe('media process', function () {
  this.timeout(2 * startingMs);

  let log: RecordingLog;
  let media: MediaProcess;

  beforeEach(() => {
    log = new RecordingLog();
    media = new MediaProcess({ name: 'media', flags: ['--udp-ports', udpPorts()], log });
  });

  afterEach(async () => {
    await media.stop();
  });

  it('started again at the same address when it was killed', async () => {
    const url = await media.start();
    await untilServed(url);
    const { pid } = media;
    kill(pid);
    await until('it is back', () => log.has('info', 'the media engine is back'), startingMs);
    await untilServed(url);
    expect(media.pid).to.be.a('number').that.does.not.equal(pid);
  });

  it('tried again until it can have its address', async () => {
    const url = await media.start();
    kill(media.pid);
    await until('it is down', () => media.pid === undefined);
    const squatter = createServer().listen(portOf(url), '127.0.0.1');
    await once(squatter, 'listening');
    const failures = () => log.lines.filter(({ message }) => message.includes('did not start; it is tried again'));
    await until('two attempts have failed', () => failures().length >= 2, startingMs);
    expect(String(failures().map(({ fields }) => Reflect.get(fields ?? {}, 'error') as unknown))).to.contain(
      'EADDRINUSE',
    );
    squatter.close();
    await until('it is back', () => log.has('info', 'the media engine is back'), startingMs);
    await untilServed(url);
  });

  it('ended by stop, and not started again', async () => {
    const url = await media.start();
    await media.stop();
    expect(media.pid).to.be.undefined;
    expect(await isServed(url)).to.be.false;
    expect(log.has('error', '')).to.be.false;
    await media.stop();
  });

  it('stopped while it starts, does not start', async () => {
    const starting = media.start().catch(String);
    await media.stop();
    expect(await starting).to.contain('ended while it started');
    expect(media.pid).to.be.undefined;
  });

  it('one that cannot start says why, and is not tried again', async () => {
    const refused = new MediaProcess({ name: 'media', flags: ['--udp-ports', '46000-46001'], log });
    expect(await refused.start().catch(String)).to.contain('MEDIA_UDP_PORTS must hold at least 10 ports');
    expect(refused.pid).to.be.undefined;
    expect(log.has('error', 'again')).to.be.false;
  });

  it('stopped while it is down, leaves nothing that would start it', async () => {
    const { owner, url } = await ownerOf('stop while it is down');
    // The program ends by itself when no timer and no process is left.
    expect(await endOf(owner)).to.equal(0);
    expect(await isServed(url)).to.be.false;
  });

  it('left to the next server, changes nothing in the note of it when it ends', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'atrium-'));
    const path = join(folder, 'engines');
    media = new MediaProcess({ name: 'media', flags: ['--udp-ports', udpPorts()], kept: new KeptEngines(path), log });
    await media.start();
    const note = await readFile(path, 'utf8');
    const { pid } = media;
    media.leave();
    kill(pid);
    await until('its end is known', () => media.pid === undefined);
    expect(await readFile(path, 'utf8')).to.equal(note);
    await rm(folder, { recursive: true });
  });

  it('ends with the server that is killed', async () => {
    const { owner, url } = await ownerOf('keep');
    await untilServed(url);
    owner.kill('SIGKILL');
    await until('it has ended', async () => !(await isServed(url)), startingMs);
  });
});

function kill(pid: number | undefined): void {
  if (pid === undefined) throw new Error('there is no process');
  process.kill(pid, 'SIGKILL');
}

/** A process with a media process. */
async function ownerOf(task: string): Promise<{ readonly owner: ChildProcess; readonly url: string }> {
  const program = fileURLToPath(new URL('media-process-owner.ts', import.meta.url));
  const owner = fork(program, [task], { execArgv: ['--import', 'tsx'] });
  const [url] = (await once(owner, 'message')) as [unknown];
  return { owner, url: String(url) };
}

async function endOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const impatience = setTimeout(() => child.kill('SIGKILL'), startingMs);
    await once(child, 'exit');
    clearTimeout(impatience);
  }
  return child.exitCode;
}

function untilServed(url: string): Promise<void> {
  return until(`${url} is served`, () => isServed(url), startingMs);
}

function isServed(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(portOf(url), '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => {
      resolve(false);
    });
  });
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
