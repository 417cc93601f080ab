import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../tools/free-port.js';
import { until } from './until.js';

/** Redis on this machine, with the settings that a cluster needs. Its data outlives its process until `remove`. */
export class RedisServer {
  readonly port: number;
  readonly #folder: string;
  readonly #settings: readonly string[];
  readonly #user: string;
  #child: ChildProcess | undefined;

  private constructor(port: number, folder: string, settings: readonly string[], user = '') {
    this.port = port;
    this.#user = user;
    this.#folder = folder;
    this.#settings = settings;
  }

  static get isInstalled(): boolean {
    return spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).error === undefined;
  }

  /** Resolves when it answers. @param settings of redis.conf, as `--appendfsync always` */
  static async start(...settings: string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), mkdtempSync(join(tmpdir(), 'atrium-redis-')), settings);
    await server.start();
    return server;
  }

  /** One that knows a primary by a name. */
  static async sentinel(name: string, primary: RedisServer): Promise<RedisServer> {
    const folder = mkdtempSync(join(tmpdir(), 'atrium-redis-'));
    const conf = join(folder, 'sentinel.conf');
    writeFileSync(conf, `sentinel monitor ${name} 127.0.0.1 ${primary.port} 1\n`);
    const server = new RedisServer(await freePort(), folder, []);
    await server.#run([conf, '--sentinel', '--port', String(server.port), '--bind', '127.0.0.1']);
    return server;
  }

  /** With deploy/redis.conf, in which an operator has put a password. */
  static async deployed(): Promise<RedisServer> {
    const folder = mkdtempSync(join(tmpdir(), 'atrium-redis-'));
    const file = join(folder, 'redis.conf');
    const text = readFileSync(new URL('../../deploy/redis.conf', import.meta.url), 'utf8');
    if (!text.includes('on >yours ')) throw new Error('deploy/redis.conf has no place for a password');
    writeFileSync(file, text.replace('on >yours ', 'on >garden '));
    const server = new RedisServer(await freePort(), folder, [], 'atrium:garden@');
    await server.#run([file, '--port', String(server.port), '--dir', folder]);
    return server;
  }

  /** As REDIS_URL names it. */
  get url(): string {
    return `redis://${this.#user}127.0.0.1:${this.port}`;
  }

  /** Again, with the data that it had. */
  async start(): Promise<void> {
    const own = [
      '--port',
      String(this.port),
      '--bind',
      '127.0.0.1',
      '--dir',
      this.#folder,
      '--save',
      '',
      '--repl-diskless-sync-delay',
      '0',
    ];
    await this.#run([...own, '--appendonly', 'yes', ...this.#settings]);
  }

  async #run(args: readonly string[]): Promise<void> {
    const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    let log = '';
    child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
    await until('Redis answers', async () => {
      if (child.exitCode !== null) throw new Error(`Redis does not start: ${log}`);
      // One that asks for a password answers too.
      return /^(\+PONG|-NOAUTH)/.test(await answerOf(this.port, 'PING'));
    });
  }

  /** The system stops the process, or lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal);
  }

  /** Ends without a word, as `kill -9` does it. What was acknowledged is kept as far as its settings say. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  /** All that was written after a text last came, and the text itself, is lost, as when a disk did not have it yet. Redis does not run. */
  forgetFrom(text: string): void {
    const folder = join(this.#folder, 'appendonlydir');
    const file = join(folder, 'appendonly.aof.1.incr.aof');
    const at = readFileSync(file).lastIndexOf(text);
    if (at < 0) throw new Error(`Redis has not written ${text}`);
    truncateSync(file, at);
  }

  /** Nothing is left. Redis does not run. */
  forgetAll(): void {
    rmSync(join(this.#folder, 'appendonlydir'), { recursive: true, force: true });
  }

  async remove(): Promise<void> {
    await this.kill();
    // The process that Redis has made for a replica may still write there.
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}

/** Of one line; empty when nobody answers. */
async function answerOf(port: number, line: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const parts: Buffer[] = [];
  const done = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined);
  socket.write(`${line}\r\n`);
  socket.on('data', (part: Buffer) => {
    parts.push(part);
    socket.end();
  });
  await done;
  return Buffer.concat(parts).toString();
}
