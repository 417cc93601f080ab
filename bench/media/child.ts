import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ProcessFigures } from './process-figures.js';

/** How long a process may take for a report, in ms. The longest, of a measurement, takes a tenth of it. */
const patienceMs = 60_000;

/** A process of the bench or under test that exchanges messages. Its cost is measured from outside, with all its threads. */
export class Child<Command extends object, Report extends { readonly type: string }> {
  readonly #process: ChildProcess;
  readonly #figures: ProcessFigures;
  readonly #listeners = new Set<(report: Report) => void>();

  private constructor(process: ChildProcess) {
    this.#process = process;
    this.#figures = new ProcessFigures(process.pid ?? 0);
    process.on('message', (report) => {
      for (const listener of [...this.#listeners]) listener(report as Report);
    });
    process.once('exit', (code, signal) => {
      // Without the error, a caller that waits for this process would wait for ever.
      if (!this.#stopped) throw new Error(`a process of the bench ended: ${signal ?? code}`);
    });
  }
  #stopped = false;

  /** `script`: compiled JavaScript, or TypeScript for what is not under test. */
  static async start<Command extends object, Report extends { readonly type: string }>(
    script: URL,
    args: readonly string[] = [],
  ): Promise<readonly [Child<Command, Report>, Extract<Report, { type: 'ready' }>]> {
    const path = fileURLToPath(script);
    const process = fork(path, args, {
      execArgv: path.endsWith('.ts')
        ? ['--import', 'tsx']
        : (globalThis.process.env.BENCH_NODE_FLAGS?.split(' ') ?? []),
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const child = new Child<Command, Report>(process);
    return [child, await child.next('ready')];
  }

  send(command: Command): void {
    this.#process.send(command);
  }

  /** Calls the listener with every message until the returned function is called. */
  listen(listener: (report: Report) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * The next report of this type that fits.
   * @param awaited What the error names, when there is none within a minute.
   */
  next<Type extends Report['type']>(
    type: Type,
    fits: (report: Extract<Report, { type: Type }>) => boolean = () => true,
    awaited = `"${type}" of a process`,
  ): Promise<Extract<Report, { type: Type }>> {
    return new Promise((resolve, reject) => {
      const stop = this.listen((report) => {
        if (report.type !== type) return;
        const found = report as Extract<Report, { type: Type }>;
        if (!fits(found)) return;
        clearTimeout(timer);
        stop();
        resolve(found);
      });
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`the bench waited in vain for ${awaited}`));
      }, patienceMs);
    });
  }

  /** User and system time of all its threads so far. */
  get cpuUs(): number {
    return this.#figures.cpuUs;
  }

  get residentBytes(): number {
    return this.#figures.residentBytes;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.disconnect();
    await gone;
  }
}
