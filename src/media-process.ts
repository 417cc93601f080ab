import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Log } from './log.js';

export interface MediaProcessOptions {
  /** First and last UDP port, as `40000-49999`. */
  readonly udpPorts: string;
  readonly announcedAddresses: readonly string[];
  readonly log: Log;
}

const readySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), url: z.url() }),
  z.object({ type: z.literal('failed'), message: z.string() }),
]);
const logLineSchema = z.looseObject({ level: z.enum(['error', 'warn', 'info', 'debug']), message: z.string() });

const startTimeoutMs = 15_000;
const stopTimeoutMs = 3_000;
const firstRestartMs = 100;
const slowestRestartMs = 5_000;
/** A process that lived this long has recovered: the next restart is a quick one again. */
const stableAfterMs = 30_000;

/**
 * The embedded media engine: a process of its own, started with the server, restarted at the same address when it
 * dies, and stopped with the server. To everybody else it is a media server at a URL.
 */
export class MediaProcess {
  readonly #options: MediaProcessOptions;
  readonly #log: Log;
  #child: ChildProcess | undefined;
  #port = 0;
  #stopping = false;
  #restartMs = firstRestartMs;
  #restart: NodeJS.Timeout | undefined;

  constructor(options: MediaProcessOptions) {
    this.#options = options;
    this.#log = options.log.child({ process: 'media' });
  }

  /** @returns the WebSocket URL of the engine. @throws Error when it does not start within 15 s */
  async start(): Promise<string> {
    const url = await this.#spawn();
    this.#port = Number(new URL(url).port);
    return url;
  }

  /** For tests that kill it. Undefined while it is down. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (!child) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const impatience = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    await exited;
    clearTimeout(impatience);
  }

  async #spawn(): Promise<string> {
    const startedAt = Date.now();
    const child = fork(entryPoint(), this.#flags(), { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) if (stream) this.#relayLog(stream);
    child.once('exit', (code, signal) => {
      this.#child = undefined;
      if (!this.#stopping && this.#port !== 0) this.#scheduleRestart(startedAt, signal ?? code);
    });
    try {
      return await ready(child);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  #flags(): string[] {
    const { udpPorts, announcedAddresses } = this.#options;
    const flags = ['--host', '127.0.0.1', '--port', String(this.#port), '--udp-ports', udpPorts];
    if (announcedAddresses.length > 0) flags.push('--announced-address', announcedAddresses.join(','));
    return flags;
  }

  #scheduleRestart(startedAt: number, ended: string | number | null): void {
    if (Date.now() - startedAt > stableAfterMs) this.#restartMs = firstRestartMs;
    this.#log.error('the media engine ended; it is started again', { ended, inMs: this.#restartMs });
    this.#restart = setTimeout(() => {
      this.#spawn().then(
        (url) => {
          this.#log.info('the media engine is back', { url });
        },
        (error: unknown) => {
          this.#log.error('the media engine did not start', { error });
        },
      );
    }, this.#restartMs);
    this.#restartMs = Math.min(this.#restartMs * 2, slowestRestartMs);
  }

  /** The engine writes one JSON object a line; anything else comes from native code and is passed on as it is. */
  #relayLog(stream: Readable): void {
    createInterface({ input: stream }).on('line', (line) => {
      const entry = logLineSchema.safeParse(parse(line));
      if (!entry.success) {
        this.#log.warn(line);
        return;
      }
      const { level, message, ...fields } = entry.data;
      this.#log[level](message, fields);
    });
  }
}

/** Compiled in production; as TypeScript when the tests run from source, whose loader the child inherits. */
function entryPoint(): string {
  const compiled = fileURLToPath(new URL('../media/embedded/main.js', import.meta.url));
  return existsSync(compiled) ? compiled : compiled.replace(/\.js$/, '.ts');
}

function ready(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const timeout = setTimeout(() => {
      reject(new Error(`The media engine did not start within ${startTimeoutMs} ms`));
    }, startTimeoutMs);
    child.once('message', (message) => {
      clearTimeout(timeout);
      const state = readySchema.parse(message);
      if (state.type === 'ready') resolve(state.url);
      else reject(new Error(state.message));
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timeout);
      reject(new Error(`The media engine ended while it started (${signal ?? code})`));
    });
  });
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
