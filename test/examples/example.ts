import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ServerProcess } from '../support/server-process.js';

/** The file of an example, as examples/README.md names it. */
export function fileOf(path: string): string {
  return fileURLToPath(new URL(`../../examples/${path}`, import.meta.url));
}

/** What its README runs, without npx. */
export function programOf(path: string, ...args: string[]): string[] {
  return [...(path.endsWith('.ts') ? ['--import', 'tsx'] : []), fileOf(path), ...args];
}

/** Starts an example that is a server, for the tests of one `describe`. */
export function useExampleServer(path: string): () => ServerProcess {
  let server: ServerProcess | undefined;
  before(async () => {
    server = await ServerProcess.start(0, {}, programOf(path));
  });
  after(() => server?.end('SIGTERM'));
  return () => {
    if (!server) throw new Error('the server is there between before and after');
    return server;
  };
}

/** An example that is no server: a process with what it printed. */
export class ExampleProcess {
  told = '';
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(env: NodeJS.ProcessEnv, path: string, ...args: string[]) {
    const child = spawn(process.execPath, programOf(path, ...args), {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout.on('data', (chunk: Buffer) => {
      this.told += chunk.toString();
    });
    this.#child = child;
    this.#ended = once(child, 'exit');
  }

  get code(): number | null {
    return this.#child.exitCode;
  }

  /** Resolves when the process is gone, with its exit code: null for one that had to be killed. Does nothing to one that is gone. */
  async end(signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM'): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill(signal);
    const patience = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    await this.#ended;
    clearTimeout(patience);
    return this.#child.exitCode;
  }
}
