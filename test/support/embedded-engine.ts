import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const ready = z.object({ type: z.literal('ready'), url: z.string() });
const MAIN = fileURLToPath(new URL('../../media/embedded/main.ts', import.meta.url));

const OPTIONS = ['--host', '127.0.0.1', '--log-level', 'warn'];

/** The embedded engine in a process of its own, on loopback. */
export class EmbeddedEngine {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  /** `port`: 0 for a free one. */
  static async start(port = 0): Promise<EmbeddedEngine> {
    const child = fork(MAIN, [...OPTIONS, '--port', String(port)], {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const exited = once(child, 'exit').then(([code]) => {
      throw new Error(`The embedded engine ended with ${String(code)} before it was ready`);
    });
    const [message] = (await Promise.race([once(child, 'message'), exited])) as [unknown];
    exited.catch(() => undefined);
    return new EmbeddedEngine(child, ready.parse(message).url);
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill(signal);
    await once(this.#child, 'exit');
  }
}
