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

describe('A server that runs out of file descriptors', function () {
  this.timeout(30_000);
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

  it('tells some clients so with 503, logs few lines, and serves again when they have gone', async () => {
    const { hostname, port } = new URL(url);
    const sockets: Socket[] = [];
    const answers: string[] = [];
    let closed = 0;
    for (let index = 0; index < clients; index += 1) {
      const socket = connect(Number(port), hostname);
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.on('data', (bytes: Buffer) => answers.push(bytes.toString().split('\r\n', 1)[0] ?? ''));
      socket.once('close', () => (closed += 1));
      socket.write(`GET /api/v1/rooms HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`);
    }
    const statuses = (code: number): number => answers.filter((line) => line.includes(` ${code} `)).length;
    await until('each is answered or closed', () => statuses(200) + closed >= clients, 15_000);
    expect(statuses(200), 'served').to.be.within(descriptors / 2, descriptors - 1);
    expect(statuses(503), 'told so').to.be.within(1, clients - descriptors / 2);
    expect(statuses(200) + statuses(503), 'and nothing else').to.equal(answers.length);
    const lines = said.split('\n').filter((line) => line.includes('no file descriptor is left'));
    expect(lines.length, 'lines about it').to.be.within(1, 30);
    expect(said).to.not.include(' error ');

    for (const socket of sockets) socket.destroy();
    await until('it serves again', async () => {
      const answer = await ask(`${url}/api/v1/rooms`).catch(() => undefined);
      return answer?.status === 200;
    });
  });
});
