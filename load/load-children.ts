import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadReport } from './messages.js';
import type { LoadCommand, ParticipantPlan, ProcessFigures } from './messages.js';

/** One process with participants. */
export class LoadChild {
  readonly #child: ChildProcess;
  readonly #settled: ((hasJoined: boolean) => void)[] = [];
  #onFigures: (figures: ProcessFigures | undefined) => void = () => undefined;
  #hasEnded = false;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (message) => {
      const report = loadReport.parse(message);
      if (report.type === 'settled') this.#settled.shift()?.(report.hasJoined);
      if (report.type === 'figures') this.#onFigures(report);
    });
    child.once('exit', () => {
      this.#hasEnded = true;
      for (const settle of this.#settled.splice(0)) settle(false);
      this.#onFigures(undefined);
    });
  }

  /** Rejects when the process cannot hold participants, as where node-datachannel is missing. */
  static async start(): Promise<LoadChild> {
    const isSource = import.meta.url.endsWith('.ts');
    const path = programPath(`load/load-process.${isSource ? 'ts' : 'js'}`);
    const child = fork(path, {
      execArgv: isSource ? ['--import', 'tsx'] : [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-2_000)));
    const isReady = await Promise.race([
      once(child, 'message').then(() => true),
      once(child, 'exit').then(() => false),
    ]);
    if (!isReady) throw new Error(`A process of the load test ended at its start: ${said}`);
    return new LoadChild(child);
  }

  begin(command: Omit<Extract<LoadCommand, { type: 'begin' }>, 'type'>): void {
    this.#tell({ type: 'begin', ...command });
  }

  /** Resolves when the participant is in the room, and connected if it publishes, with true; or when it has failed. */
  join(plan: ParticipantPlan): Promise<boolean> {
    return new Promise((resolve) => {
      if (this.#hasEnded) resolve(false);
      else this.#settled.push(resolve);
      this.#tell({ type: 'join', ...plan });
    });
  }

  /** What the process takes is counted from now on. */
  measure(): void {
    this.#tell({ type: 'measure' });
  }

  /** Resolves when all participants have left. Undefined: the process has ended before. */
  leave(): Promise<ProcessFigures | undefined> {
    return new Promise((resolve) => {
      if (this.#hasEnded) resolve(undefined);
      this.#onFigures = resolve;
      this.#tell({ type: 'leave' });
    });
  }

  async stop(): Promise<void> {
    if (this.#hasEnded) return;
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }

  #tell(command: LoadCommand): void {
    if (this.#child.connected) this.#child.send(command);
  }
}

/** Bundled, this file is part of another one, one or two folders below the root of the program. */
function programPath(name: string): string {
  const paths = ['../', '../../'].map((up) => fileURLToPath(new URL(`${up}${name}`, import.meta.url)));
  return paths.find((path) => existsSync(path)) ?? name;
}
