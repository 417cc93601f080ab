import { execFileSync, spawn } from 'node:child_process';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { until } from '../support/until.js';
import { freePort } from '../../tools/free-port.js';

const main = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

describe('a server without a file descriptor for one more connection', function () {
  this.timeout(60_000);

  // prlimit is a program of Linux.
  before(function () {
    if (process.platform !== 'linux') this.skip();
  });

  for (const name of ['PORT', 'ADMIN_PORT'] as const) {
    it(`goes on when they come to ${name}, and answers once they are gone`, async () => {
      const ports = { PORT: await freePort(), ADMIN_PORT: await freePort() };
      const child = spawn(process.execPath, [main], {
        env: {
          ...process.env,
          PORT: String(ports.PORT),
          ADMIN_PORT: String(ports.ADMIN_PORT),
          HOST: '127.0.0.1',
          LOG_LEVEL: 'error',
          KMS_URIS: 'ws://127.0.0.1:1/kurento',
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const sockets: Socket[] = [];
      try {
        let said = '';
        child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
        await until('it listens', () => said.includes('Atrium is open'));
        // It needs more to start than to run.
        execFileSync('prlimit', ['--pid', String(child.pid), '--nofile=100:100']);
        let gone = 0;
        for (let opened = 0; opened < 300; opened += 1) {
          const socket = connect(ports[name], '127.0.0.1');
          socket.on('error', () => undefined).on('close', () => (gone += 1));
          sockets.push(socket);
        }
        await until('some are turned away', () => gone > 0);
        for (const socket of sockets) socket.destroy();
        await until('it answers', () =>
          fetch(`http://127.0.0.1:${ports[name]}/healthz`).then(
            ({ status }) => status > 0,
            () => false,
          ),
        );
        expect(child.exitCode).to.equal(null);
      } finally {
        for (const socket of sockets) socket.destroy();
        child.kill('SIGKILL');
      }
    });
  }
});
