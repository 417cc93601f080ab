import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Usage {
  /** User and system time of the server process. */
  readonly cpuUs: number;
  /** Resident memory after a collection, in bytes. */
  readonly rss: number;
}

/** In the server process: reports its address, answers questions for its usage, and ends on request. */
export function serveBench(url: string, stop: () => Promise<void> = () => Promise.resolve()): void {
  process.on('message', (question) => {
    if (question === 'stop') {
      void stop().then(() => process.exit(0));
      return;
    }
    if (question === 'collect') globalThis.gc?.();
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuUs: user + system, rss: process.memoryUsage.rss() } satisfies Usage);
  });
  // The bench has failed. Nobody else would end this process.
  process.once('disconnect', () => process.exit(1));
  process.send?.(url);
}

/** A server in a process of its own, seen from the bench. */
export class BenchServer {
  readonly #child: ChildProcess;
  readonly url: string;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  static async start(script: string, args: readonly string[] = []): Promise<BenchServer> {
    const path = fileURLToPath(new URL(script, import.meta.url));
    const child = fork(path, args, {
      execArgv: ['--import', 'tsx', '--expose-gc', ...(process.env.BENCH_NODE_FLAGS?.split(' ') ?? [])],
    });
    return new BenchServer(child, (await message(child)) as string);
  }

  usage(collect = false): Promise<Usage> {
    const answer = message(this.#child);
    this.#child.send(collect ? 'collect' : 'usage');
    return answer as Promise<Usage>;
  }

  /** At once, as a crash would. */
  async kill(): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await gone;
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.send('stop');
    await gone;
  }
}

function message(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => {
      reject(new Error(`the server under test ended with ${code}`));
    };
    child.once('exit', ended);
    child.once('message', (answer) => {
      child.off('exit', ended);
      resolve(answer);
    });
  });
}
