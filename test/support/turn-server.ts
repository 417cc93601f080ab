import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mediaAddresses } from '../../media/embedded/transport/local-addresses.js';
import { udpRange } from './udp-ports.js';
import { until } from './until.js';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

const secret = 'shared by the relay and whoever makes credentials';

/** coturn on this machine. It accepts the credentials of one user, or temporary ones (TURN REST). */
export class TurnServer {
  readonly host: string;
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(host: string, port: number, child: ChildProcess, folder: string) {
    this.host = host;
    this.port = port;
    this.#child = child;
    this.#folder = folder;
  }

  static get isInstalled(): boolean {
    return spawnSync('turnserver', ['--version'], { stdio: 'ignore' }).error === undefined;
  }

  /** `known`: the one user that it knows; without it, credentials of `credentialsFor`. */
  static async start(known?: Credentials): Promise<TurnServer> {
    const host = mediaAddresses(undefined).find(({ family }) => family === 'ipv4')?.address ?? '127.0.0.1';
    const port = await freeUdpPort(host);
    const relayed = udpRange();
    const folder = mkdtempSync(join(tmpdir(), 'atrium-turn-'));
    const credentials = known
      ? ['--lt-cred-mech', '--user', `${known.user}:${known.password}`]
      : ['--use-auth-secret', `--static-auth-secret=${secret}`];
    const child = spawn(
      'turnserver',
      [
        ...['-n', '--listening-ip', host, '--relay-ip', host, '--listening-port', String(port)],
        ...[
          '--min-port',
          String(relayed.first),
          '--max-port',
          String(relayed.last),
          '--realm',
          'atrium.test',
          ...credentials,
        ],
        ...['--no-tls', '--no-dtls', '--no-cli', '--allow-loopback-peers'],
        ...['--userdb', join(folder, 'turndb'), '--pidfile', join(folder, 'pid'), '--log-file', 'stdout'],
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    let log = '';
    child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
    const server = new TurnServer(host, port, child, folder);
    await until('coturn relays', () => /Total General servers: [1-9]/.test(log) || child.exitCode !== null, 10_000);
    if (child.exitCode !== null) throw new Error(`coturn does not start: ${log}`);
    return server;
  }

  /** Credentials that expire in a minute, like those of a service that knows the secret. */
  credentialsFor(name: string): Credentials {
    const user = `${Math.floor(Date.now() / 1000) + 60}:${name}`;
    return { user, password: createHmac('sha1', secret).update(user).digest('base64') };
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await exited;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function freeUdpPort(host: string): Promise<number> {
  const socket = createSocket('udp4').bind(0, host);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}
