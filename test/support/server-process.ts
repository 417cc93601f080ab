import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../tools/free-port.js';
import { givenMediaServers } from './media-server.js';
import { udpPorts } from './udp-ports.js';

/** The program of `npm start`. The browser tests need a build for the page too. */
const main = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

/** The server in its own process, which can be stopped and killed. Its media servers are those of KMS_URIS, if there are any. */
export class ServerProcess {
  readonly url: string;
  readonly #child: ChildProcess;
  #isToEnd = false;

  private constructor(child: ChildProcess, url: string, told: () => string) {
    this.#child = child;
    this.url = url;
    child.once('exit', (code, signal) => {
      if (!this.#isToEnd) process.stderr.write(`A server ended by itself, with ${code ?? signal}: ${told()}\n`);
    });
  }

  /**
   * Resolves when it listens.
   * @param port 0 for one that stays free while the server is started again
   * @param program what Node is given: by default what `npm start` runs
   */
  static async start(
    port = 0,
    env: NodeJS.ProcessEnv = {},
    program: readonly string[] = [main],
  ): Promise<ServerProcess> {
    const own = {
      PORT: String(port === 0 ? await freePort() : port),
      HOST: '127.0.0.1',
      LOG_LEVEL: 'error',
      DRAIN_S: '0',
      KMS_URIS: givenMediaServers.join(),
      MEDIA_UDP_PORTS: udpPorts(),
    };
    const child = spawn(process.execPath, program, {
      env: { ...process.env, ...own, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let told = '';
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        told += chunk.toString();
        const [, found] = /^Atrium is open: (\S+)$/m.exec(told) ?? [];
        if (found !== undefined) resolve(found);
      });
      child.once('exit', (code) => {
        reject(new Error(`The server ended with ${String(code)} before it listened: ${told}`));
      });
    });
    return new ServerProcess(child, url, () => told);
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** The system stops the process, lets it go on, or tells it to end. */
  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGTERM'): void {
    this.#child.kill(signal);
  }

  /** Resolves when the process has ended, with its exit code if it has ended by itself. */
  async end(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<number | null> {
    this.#isToEnd = true;
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const gone = once(this.#child, 'exit');
      this.#child.kill(signal);
      await gone;
    }
    return this.#child.exitCode;
  }
}
