import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mediaAddresses } from '../../media/embedded/transport/local-addresses.js';
import { udpRange } from './udp-ports.js';
import { until } from './until.js';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** What the server that makes credentials shares with the coturn of `TurnServer.deployed`. */
export const turnSecret = 'shared-by-the-relay-and-the-room-server';

/** coturn on this machine. */
export class TurnServer {
  readonly host: string;
  readonly port: number;
  #child: ChildProcess;
  readonly #args: readonly string[];
  readonly #folder: string;

  private constructor(host: string, port: number, child: ChildProcess, args: readonly string[], folder: string) {
    this.host = host;
    this.port = port;
    this.#child = child;
    this.#args = args;
    this.#folder = folder;
  }

  static get isInstalled(): boolean {
    return spawnSync('turnserver', ['--version'], { stdio: 'ignore' }).error === undefined;
  }

  /** As TURN_URLS names it. */
  get url(): string {
    return `turn:${this.host}:${this.port}?transport=udp`;
  }

  /** @param known the one user that it knows */
  static async start(known: Credentials): Promise<TurnServer> {
    const { first, last } = udpRange();
    return TurnServer.#run(
      ['-n', '--lt-cred-mech', '--user', `${known.user}:${known.password}`, '--realm', 'atrium.test']
        .concat(['--min-port', String(first), '--max-port', String(last)])
        .concat(['--no-tls', '--no-dtls', '--no-cli', '--allow-loopback-peers']),
    );
  }

  /** With deploy/turnserver.conf, in which an operator has put their values: it takes credentials of `turnSecret` and relays to this machine. */
  static async deployed(): Promise<TurnServer> {
    const { first, last } = udpRange();
    const host = ownAddress();
    const values = new Map([
      ['static-auth-secret', turnSecret],
      ['external-ip', host],
      ['allowed-peer-ip', host],
      ['min-port', String(first)],
      ['max-port', String(last)],
    ]);
    const text = readFileSync(new URL('../../deploy/turnserver.conf', import.meta.url), 'utf8');
    const own = text.replace(/^([\w-]+)=.*$/gm, (line, name: string) => {
      const value = values.get(name);
      values.delete(name);
      return value === undefined ? line : `${name}=${value}`;
    });
    if (values.size > 0) throw new Error(`deploy/turnserver.conf does not set ${[...values.keys()].join(', ')}`);
    return TurnServer.#run([], own);
  }

  static async #run(args: readonly string[], conf?: string): Promise<TurnServer> {
    const host = ownAddress();
    const port = await freeUdpPort(host);
    const folder = mkdtempSync(join(tmpdir(), 'atrium-turn-'));
    const file = join(folder, 'turnserver.conf');
    if (conf !== undefined) writeFileSync(file, conf);
    const all = [
      ...(conf === undefined ? [] : ['-c', file]),
      ...args,
      ...['--listening-ip', host, '--relay-ip', host, '--listening-port', String(port)],
      ...['--userdb', join(folder, 'turndb'), '--pidfile', join(folder, 'pid'), '--log-file', 'stdout'],
    ];
    return new TurnServer(host, port, await launch(all), all, folder);
  }

  /** Whatever it relayed is lost. */
  async restart(): Promise<void> {
    await this.#kill();
    this.#child = await launch(this.#args);
  }

  async stop(): Promise<void> {
    await this.#kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #kill(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await exited;
    }
  }
}

async function launch(args: readonly string[]): Promise<ChildProcess> {
  const child = spawn('turnserver', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
  await until('coturn relays', () => /Total General servers: [1-9]/.test(log) || child.exitCode !== null, 10_000);
  if (child.exitCode !== null) throw new Error(`coturn does not start: ${log}`);
  return child;
}

function ownAddress(): string {
  return mediaAddresses(undefined).find(({ family }) => family === 'ipv4')?.address ?? '127.0.0.1';
}

async function freeUdpPort(host: string): Promise<number> {
  const socket = createSocket('udp4').bind(0, host);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}
