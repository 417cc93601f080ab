import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';
import { freePort } from '../../tools/free-port.js';
import { engineProgram } from './programs.js';
import { udpPorts } from './udp-ports.js';

const ready = z.object({ type: z.literal('ready'), url: z.string() });

/** The embedded engine as the server runs it: in its own process, on loopback. ENGINE_LOG prints its log. */
export class EmbeddedEngine {
  readonly url: string;
  readonly child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.child = child;
    this.url = url;
  }

  /** `port`: 0 for one that stays free while the engine is started again. Without the flag `--udp-ports` the engine gets its own range. */
  static async start(
    port = 0,
    flags: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<EmbeddedEngine> {
    const ownPorts = flags.includes('--udp-ports') ? [] : ['--udp-ports', udpPorts()];
    const child = fork(
      engineProgram.path,
      ['--port', String(port === 0 ? await freePort() : port), ...ownPorts, ...flags],
      {
        execArgv: [...engineProgram.execArgv],
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        env: { ...process.env, ...env },
      },
    );
    let log = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      if (process.env.ENGINE_LOG) process.stderr.write(chunk);
    });
    const message = await new Promise<unknown>((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => {
        reject(new Error(`The embedded engine ended with ${String(code)} before it was ready: ${log}`));
      });
    });
    return new EmbeddedEngine(child, ready.parse(message).url);
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Kills the process, as a crash would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Resolves with the exit code; null when it was killed. */
  async stop(): Promise<number | null> {
    await this.#end('SIGTERM');
    return this.child.exitCode;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill(signal);
    await exited;
  }
}
