import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { KurentoSocket } from '../../tools/kurento-socket.js';
import { udpPorts } from '../support/udp-ports.js';
import { until } from '../support/until.js';
import { freePort } from '../../tools/free-port.js';

const program = (path: string): string => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));

/** Starts a program whose output nobody reads: the other ends of its pipes are closed before it writes anything. */
function unread(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  child.stderr.destroy();
  return child;
}

async function end(child: ChildProcess): Promise<unknown> {
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  return (await exit)[0];
}

describe('a program whose log nobody reads any more, as after `npm start | head -1`', function () {
  this.timeout(60_000);
  const running: ChildProcess[] = [];
  afterEach(() => {
    for (const child of running.splice(0)) child.kill('SIGKILL');
  });

  it('goes on as a server, with the engine that it starts, and ends cleanly', async () => {
    const port = await freePort();
    const child = unread([program('src/main.js')], {
      PORT: String(port),
      HOST: '127.0.0.1',
      LOG_LEVEL: 'debug',
      KMS_URIS: '',
      ADMIN_TOKEN: 'open',
      MEDIA_UDP_PORTS: udpPorts(),
    });
    running.push(child);
    const health = (): Promise<string> =>
      fetch(`http://127.0.0.1:${port}/healthz`, { headers: { Authorization: 'Bearer open' } }).then(
        (answer) => answer.text(),
        () => '',
      );
    await until('it listens, and has its engine', async () => (await health()).includes('"process"'));
    const [, engine] = /"pid":(\d+)/.exec(await health()) ?? [];
    // Its end and its restart are logged.
    process.kill(Number(engine), 'SIGKILL');
    await until('the engine is back', async () => (await health()).includes('"restarts":1'));
    expect(await end(child)).to.equal(0);
  });

  it('goes on as a media server, and ends cleanly', async () => {
    const port = await freePort();
    const flags = ['--port', String(port), '--log-level', 'debug', '--udp-ports', udpPorts()];
    const child = unread([program('media/embedded/main.js'), ...flags]);
    running.push(child);
    const answers = async (): Promise<boolean> => {
      const socket = await KurentoSocket.open(`ws://127.0.0.1:${port}/kurento`).catch(() => undefined);
      socket?.socket.terminate();
      return socket !== undefined;
    };
    await until('it listens', answers);
    expect(await answers()).to.equal(true);
    expect(await end(child)).to.equal(0);
  });
});
