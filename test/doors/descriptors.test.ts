import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { expect } from 'chai';
import { until } from '../support/until.js';
import { ask } from './line.js';

const descriptors = 256;
const clients = 300;
const start = `ulimit -n ${descriptors}; exec "$0" --import tsx test/doors/server-program.ts`;

/** More clients than there are descriptors, each with a request. */
class Crowd {
  readonly answers: string[] = [];
  readonly #sockets: Socket[] = [];
  #closed = 0;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    for (let index = 0; index < clients; index += 1) {
      const socket = connect(Number(port), hostname);
      this.#sockets.push(socket);
      socket.on('error', () => undefined);
      socket.on('data', (bytes: Buffer) => this.answers.push(bytes.toString().split('\r\n', 1)[0] ?? ''));
      socket.once('close', () => (this.#closed += 1));
      socket.write(`GET /api/v1/rooms HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`);
    }
  }

  /** How many were answered with this status. */
  statuses(code: number): number {
    return this.answers.filter((line) => line.includes(` ${code} `)).length;
  }

  /** Whether each is answered or closed. */
  get isSettled(): boolean {
    return this.statuses(200) + this.#closed >= clients;
  }

  leave(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

describe('A server that runs out of file descriptors', function () {
  this.timeout(60_000);
  let server: ChildProcess;
  let said = '';
  let url = '';

  before(async function () {
    if (process.platform === 'win32') this.skip();
    server = spawn('sh', ['-c', start, process.execPath], {
      env: { ...process.env, PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'warn', MAX_CONNECTIONS_PER_ADDRESS: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    server.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await until('it listens', () => said.includes('Atrium is open'), 20_000);
    [, url = ''] = /^Atrium is open: (\S+)\/$/m.exec(said) ?? [];
  });
  after(async () => {
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
  });

  it('tells some clients so with 503, logs one line for each time it happens, and serves again when they have gone', async () => {
    const linesAboutIt = (): string[] =>
      said.split('\n').filter((line) => line.includes('no file descriptor is left for one more connection'));
    for (const times of [1, 2]) {
      const crowd = new Crowd(url);
      await until('each is answered or closed', () => crowd.isSettled, 15_000);
      expect(crowd.statuses(200), 'served').to.be.within(descriptors / 2, descriptors - 1);
      expect(crowd.statuses(503), 'told so').to.be.within(1, clients - descriptors / 2);
      expect(crowd.statuses(200) + crowd.statuses(503), 'and nothing else').to.equal(crowd.answers.length);
      expect(linesAboutIt(), 'lines about it').to.have.length(times);
      expect(linesAboutIt().at(-1)).to.include(`ulimit -n`);
      expect(said).to.not.include(' error ');

      crowd.leave();
      await until('it serves again', async () => {
        const answer = await ask(`${url}/api/v1/rooms`).catch(() => undefined);
        return answer?.status === 200;
      });
    }
    expect(said).to.not.include('more not logged');
  });
});
