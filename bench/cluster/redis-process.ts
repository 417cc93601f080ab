import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../tools/free-port.js';

/** Redis on this machine, with the settings of deploy/redis.conf that cost something. */
export class RedisProcess {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(port: number, child: ChildProcess, folder: string) {
    this.port = port;
    this.#child = child;
    this.#folder = folder;
  }

  static async start(): Promise<RedisProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'bench-redis-'));
    const port = await freePort();
    const settings = {
      ...{ port, dir: folder, bind: '127.0.0.1', save: '', appendonly: 'yes', appendfsync: 'everysec' },
      'maxmemory-policy': 'noeviction',
    };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const child = spawn('redis-server', args, { stdio: 'ignore' });
    // The bench has failed. Nobody else would end it.
    process.once('exit', () => child.kill('SIGKILL'));
    const redis = new RedisProcess(port, child, folder);
    for (let attempts = 0; attempts < 100; attempts += 1) {
      const answer = await redis.ask('PING').catch(() => '');
      if (answer.startsWith('+PONG')) return redis;
      await pause(50);
    }
    throw new Error('Redis does not start: is redis-server installed?');
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** The answer as it comes, which must be short enough for one packet or begin with its length. */
  async ask(...command: readonly string[]): Promise<string> {
    const socket = connect(this.port, '127.0.0.1');
    try {
      socket.write(encoded(command));
      return await answerOf(socket);
    } finally {
      socket.destroy();
    }
  }

  /** A field of INFO. */
  async info(section: string, field: string): Promise<number> {
    const text = await this.ask('INFO', section);
    return Number(new RegExp(`^${field}:(.*)$`, 'm').exec(text)?.[1]);
  }

  /** User and system time of all threads. */
  async cpuUs(): Promise<number> {
    const text = await this.ask('INFO', 'cpu');
    const parts = ['used_cpu_sys', 'used_cpu_user'].map((name) => new RegExp(`^${name}:(.*)$`, 'm').exec(text)?.[1]);
    return parts.reduce((sum, part) => sum + Number(part) * 1e6, 0);
  }

  /** Tells of each command that is executed until the function that it resolves with is called. */
  async watch(onCommand: (name: string, isInScript: boolean) => void): Promise<() => void> {
    const socket = connect(this.port, '127.0.0.1');
    socket.write(encoded(['MONITOR']));
    await once(socket, 'data');
    let rest = '';
    socket.on('data', (bytes: Buffer) => {
      const lines = `${rest}${bytes.toString('latin1')}`.split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const [, from, name] = /^\+[\d.]+ \[\d+ (\S+)\] "(\w+)"/.exec(line) ?? [];
        if (name !== undefined) onCommand(name.toLowerCase(), from === 'lua');
      }
    });
    return () => socket.destroy();
  }

  async stop(): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function encoded(command: readonly string[]): string {
  return `*${command.length}\r\n${command.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}

function answerOf(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    socket.once('error', reject);
    socket.on('data', (bytes: Buffer) => {
      answer += bytes.toString();
      const [head, length] = /^\$(\d+)\r\n/.exec(answer) ?? [];
      if (head === undefined || answer.length >= head.length + Number(length) + 2) resolve(answer);
    });
  });
}
