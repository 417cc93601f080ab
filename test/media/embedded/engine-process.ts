import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const main = fileURLToPath(new URL('../../../media/embedded/main.ts', import.meta.url));

const readyMessage = z.object({ type: z.literal('ready'), url: z.string() });

/** The embedded engine as the server runs it: a process by itself. */
export class EngineProcess {
  readonly url: string;
  readonly child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.child = child;
    this.url = url;
  }

  static async start(...flags: string[]): Promise<EngineProcess> {
    const child = fork(main, ['--port', '0', ...flags], {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      if (process.env.ENGINE_LOG) process.stderr.write(chunk);
    });
    const message: unknown = await new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => {
        reject(new Error(`The engine ended with ${String(code)}: ${stderr}`));
      });
    });
    return new EngineProcess(child, readyMessage.parse(message).url);
  }

  /** Resolves with the exit code. */
  async stop(): Promise<number | null> {
    if (this.child.exitCode !== null) return this.child.exitCode;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exit;
    return this.child.exitCode;
  }
}
