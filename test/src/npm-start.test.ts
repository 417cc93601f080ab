import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { npmCommand } from '../../scripts/npm.mjs';
import { udpPorts } from '../support/udp-ports.js';
import { until } from '../support/until.js';
import { freePort } from '../../tools/free-port.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What compose and systemd wait for before they kill. */
const stopTimeoutMs = 10_000;

interface Started {
  readonly npm: ReturnType<typeof spawn>;
  /** Resolves when every process that npm has started is gone: each of them has the other end of the pipe. */
  readonly allGone: Promise<unknown>;
}

/** Runs an npm script of the project, and resolves when it has said that it is ready. */
async function npm(script: readonly string[], ready: RegExp, env: NodeJS.ProcessEnv): Promise<Started> {
  const [command, ...first] = npmCommand();
  const child = spawn(command, [...first, ...script], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const allGone = once(child.stdout, 'close');
  let told = '';
  child.stdout.on('data', (chunk: Buffer) => (told += chunk.toString()));
  await until('it is ready', () => ready.test(told) || child.exitCode !== null, 120_000);
  expect(told).to.match(ready);
  return { npm: child, allGone };
}

describe('npm', function () {
  this.timeout(180_000);
  const isWindows = process.platform === 'win32';
  const env = (): NodeJS.ProcessEnv => ({
    PORT: '0',
    HOST: '127.0.0.1',
    KMS_URIS: '',
    MEDIA_UDP_PORTS: udpPorts(),
    LOG_LEVEL: 'error',
  });

  before(function () {
    if (isWindows) this.skip();
  });

  // npm passes the first two on. The other two end npm itself, without a word to anybody.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL'] as const) {
    it(`start: ${signal} to npm ends server and engine, and leaves no process`, async () => {
      const started = await npm(['start'], /^Atrium is open: /m, env());
      started.npm.kill(signal);
      const inTime = new Promise((_, reject) => {
        setTimeout(() => {
          reject(new Error('a process is left'));
        }, stopTimeoutMs).unref();
      });
      await Promise.race([started.allGone, inTime]);
    });
  }

  it('run media-server: SIGTERM to npm ends the engine', async () => {
    const port = ['--', '--port', String(await freePort()), '--udp-ports', udpPorts()];
    const started = await npm(['run', 'media-server', ...port], /^Media server .*: ws:/m, {});
    started.npm.kill('SIGTERM');
    await started.allGone;
  });

  it('SIGHUP to the whole terminal reloads the server, whose engine goes on', async () => {
    const port = String(await freePort());
    const child = spawn(process.execPath, ['dist/src/main.js'], {
      cwd: root,
      env: { ...process.env, ...env(), PORT: port, ADMIN_TOKEN: 'word', LOG_LEVEL: 'info' },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    let told = '';
    child.stdout.on('data', (chunk: Buffer) => (told += chunk.toString()));
    try {
      await until('it is open', () => told.includes('Atrium is open'), 30_000);
      process.kill(-(child.pid ?? 0), 'SIGHUP');
      await until('it is reloaded', () => told.includes('the configuration was reloaded'));
      expect(told).to.not.include('the media engine ended');
      const health = await fetch(`http://127.0.0.1:${port}/healthz`, { headers: { Authorization: 'Bearer word' } });
      expect(await health.json()).to.have.nested.property('mediaServers[0].process.restarts', 0);
    } finally {
      child.kill();
      await once(child.stdout, 'close');
    }
  });

  it('says in its opening lines that a media server is out of reach, and tells its version', async () => {
    const wrong = { ...env(), KMS_URIS: 'ws://127.0.0.1:1/kurento' };
    const started = await npm(['start'], /^Media: Kurento media server at ws:\S+ – out of reach; /m, wrong);
    started.npm.kill('SIGTERM');
    await started.allGone;
    const asked = await npm(['start', '--', '--version'], /^\d+\.\d+\.\d+$/m, {});
    await asked.allGone;
  });

  it('scripts are written for the shells of all systems', () => {
    const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as {
      scripts: Readonly<Record<string, string>>;
    };
    for (const [name, line] of Object.entries(scripts)) expect(line, name).to.not.match(/['$`;|<>]|^\w+=/);
  });
});
