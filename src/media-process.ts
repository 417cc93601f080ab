import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { ParentLog } from '../log.js';
import { isRunning, markOf } from '../process-mark.js';
import type { ProcessMark } from '../process-mark.js';
import { inOptions } from './engine-flags.js';
import { ownLogin, withLogin } from './engine-login.js';
import type { EngineLogin } from './engine-login.js';
import type { LogLevel } from './log.js';
import type { KeptEngine, KeptEngines } from './kept-engines.js';
import { longestPauseMs, RestartPauses } from './restart-pauses.js';

export interface MediaProcessOptions {
  /** For the log: which one it is. */
  readonly name: string;
  /** Its flags, without those of its address. */
  readonly flags: readonly string[];
  /** The address at which it listens. Default: it is reached from this machine alone. */
  readonly host?: string | undefined;
  /** Default: one that this server alone knows. */
  readonly login?: EngineLogin | undefined;
  /** It outlives the server, and one of a former server is used. Default: it ends with the server. */
  readonly kept?: KeptEngines | undefined;
  readonly log: ParentLog;
}

const readySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), url: z.url() }),
  z.object({
    type: z.literal('failed'),
    message: z.string(),
    reason: z.enum(['failed', 'usage', 'no-native-library']).default('failed'),
  }),
]);
const logLineSchema = z.looseObject({ level: z.enum(['error', 'warn', 'info', 'debug']), message: z.string() });

const startTimeoutMs = 15_000;
/** Within this an engine that ended is there again, in ms: on a slow machine too, and after some failures in a row. */
export const restartMs = longestPauseMs + startTimeoutMs;
const stopTimeoutMs = 3_000;
/** How long an engine that outlives the server waits for the next one. The rooms of the state file are as good for half of that. */
const outliveS = 120;
/** How often an engine of a former server is looked after, in ms. */
const lookMs = 250;

/** The engine did not start. The message says why in one line. */
export class MediaProcessError extends Error {
  override readonly name: string = 'MediaProcessError';
}

/** The engine has no native library for this platform, so another attempt to start it fails too. */
export class NoMediaLibrary extends MediaProcessError {
  override readonly name = 'NoMediaLibrary';
}

interface EngineProgram {
  readonly path: string;
  /** What Node needs to run it. */
  readonly execArgv: readonly string[];
}

/** One life of the process. */
interface Run {
  readonly pid: number | undefined;
  /** Undefined: a former server has started it. */
  readonly child?: ChildProcess;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Resolves when the process has ended: with the exit code, the signal, or the reason why it could not be spawned. */
  readonly ended: Promise<string | number | null>;
}

/**
 * The embedded media engine. It is a process of its own, which starts and stops with the server. When it dies, it is started again at the
 * same address. The rest of the server knows it as a media server at a URL. It obeys those alone that know its secret, which is made here
 * and handed over in its environment: the command line of a process can be read by every user of the machine.
 */
export class MediaProcess {
  /** What is run. The tests, which run from source, name the compiled engine here: it starts sooner. */
  static program: EngineProgram = programBeside();

  readonly #options: MediaProcessOptions;
  readonly #log: ParentLog;
  #run: Run | undefined;
  #login: EngineLogin;
  #url: string | undefined;
  #restarts = 0;
  #logLevel: LogLevel | undefined;
  #stopping = false;
  /** It is the next server's, and so is the note of it. */
  #isLeft = false;
  readonly #pauses = new RestartPauses();
  #restart: NodeJS.Timeout | undefined;

  constructor(options: MediaProcessOptions) {
    this.#options = options;
    this.#login = options.login ?? ownLogin();
    this.#log = options.log.child({ process: options.name });
  }

  /**
   * @returns the WebSocket URL of the engine, which it keeps. The secret is in it, as the password.
   * @throws MediaProcessError when it does not start within 15 s; there is no second attempt. NoMediaLibrary when it can never start
   */
  async start(): Promise<string> {
    const former = this.#former();
    if (former) {
      this.#goOnWith(former);
      return (this.#url = former.url);
    }
    this.#url = withLogin(await this.#spawn(), this.#login);
    return this.#url;
  }

  get name(): string {
    return this.#options.name;
  }

  /** Undefined until it has started for the first time. */
  get url(): string | undefined {
    return this.#url;
  }

  /** Undefined while it is down. */
  get pid(): number | undefined {
    return this.#run?.pid;
  }

  /** How often it was started again with success. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Holds for its next lives too. */
  logLevel(level: LogLevel): void {
    this.#logLevel = level;
    const { child } = this.#run ?? {};
    // An engine that is about to end takes no message; its next life has the flag.
    if (child?.connected) child.send({ type: 'log-level', level }, () => undefined);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    if (!this.#run) return;
    await stopped(this.#run);
  }

  /** The process runs on, and is not ours any more. */
  leave(): void {
    this.#stopping = true;
    this.#isLeft = true;
    clearTimeout(this.#restart);
    const { child } = this.#run ?? {};
    if (!child) return;
    if (child.connected) child.disconnect();
    child.stdout?.destroy();
    child.stderr?.destroy();
    child.unref();
  }

  /** One of a former server that runs. */
  #former(): KeptEngine | undefined {
    const { kept, name } = this.#options;
    const former = kept?.all.find((each) => each.name === name);
    return former && isRunning(former.process) === true ? former : undefined;
  }

  #goOnWith({ url, process: mark, flags }: KeptEngine): void {
    const { username, password } = new URL(url);
    this.#login = { user: decodeURIComponent(username), password: decodeURIComponent(password) };
    const ended = endOfProcess(mark).finally(() => {
      this.#forget();
    });
    const kill = (signal: NodeJS.Signals): void => {
      killProcess(mark, signal);
    };
    this.#run = { pid: mark.pid, kill, ended };
    const startedAt = Date.now();
    void ended.then((how) => {
      this.#engineEnded(startedAt, how);
    });
    this.#log.info('the media engine of the former server is used; its log is not here', { pid: mark.pid });
    if (JSON.stringify(flags) !== JSON.stringify(this.#options.flags)) {
      this.#log.warn(
        'the media engine keeps the options with which the former server has started it, until it is started again',
      );
    }
  }

  #forget(): void {
    this.#run = undefined;
    if (!this.#isLeft) this.#options.kept?.remove(this.name);
  }

  /** @param url with its secret */
  #keep(url: string, pid: number | undefined): void {
    const { kept, flags } = this.#options;
    const mark = pid === undefined ? undefined : markOf(pid);
    if (kept && mark) kept.add({ name: this.name, url, process: mark, flags: [...flags] });
  }

  async #spawn(): Promise<string> {
    const startedAt = Date.now();
    const { path, execArgv } = MediaProcess.program;
    const child = fork(path, this.#flags(), {
      execArgv: [...execArgv],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, MEDIA_SERVER_TOKEN: this.#login.password },
      // A signal of the terminal is for the server, which stops it or leaves it.
      detached: this.#options.kept !== undefined,
    });
    const ended = endOf(child).finally(() => {
      this.#forget();
    });
    const kill = (signal: NodeJS.Signals): void => {
      child.kill(signal);
    };
    this.#run = { pid: child.pid, child, kill, ended };
    for (const stream of [child.stdout, child.stderr]) if (stream) this.#relayLog(stream);
    try {
      const url = await ready(child, ended);
      this.#keep(withLogin(url, this.#login), child.pid);
      void ended.then((how) => {
        this.#engineEnded(startedAt, how);
      });
      return url;
    } catch (error) {
      child.kill('SIGKILL');
      await ended;
      throw error;
    }
  }

  #flags(): string[] {
    const port = this.#url === undefined ? '0' : new URL(this.#url).port;
    const outlive = this.#options.kept ? ['--outlive', String(outliveS)] : [];
    const { host = '127.0.0.1' } = this.#options;
    const flags = ['--host', host, '--port', port, ...outlive, ...this.#options.flags];
    // The last of several counts.
    return this.#logLevel === undefined ? flags : [...flags, '--log-level', this.#logLevel];
  }

  #engineEnded(startedAt: number, ended: string | number | null): void {
    if (this.#stopping) return;
    this.#pauses.lived(Date.now() - startedAt);
    const inMs = this.#pauses.next();
    this.#log.error('the media engine ended; it is started again', { ended, inMs });
    this.#startAgain(inMs);
  }

  /** Tries again after a pause until an attempt succeeds. The pause grows with each attempt. */
  #startAgain(inMs: number): void {
    this.#restart = setTimeout(() => {
      this.#spawn().then(
        () => {
          this.#restarts += 1;
          this.#log.info('the media engine is back');
        },
        (error: unknown) => {
          if (this.#stopping) return;
          const nextInMs = this.#pauses.next();
          this.#log.error('the media engine did not start; it is tried again', { error, inMs: nextInMs });
          this.#startAgain(nextInMs);
        },
      );
    }, inMs);
  }

  /** The engine writes one JSON object per line. Other lines come from native code and are logged unchanged. */
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

/** The compiled file, or the TypeScript file when this runs from source; then the child process needs the loader of this one. */
function programBeside(): EngineProgram {
  const compiled = fileURLToPath(new URL('../media/embedded/main.js', import.meta.url));
  return { path: existsSync(compiled) ? compiled : compiled.replace(/\.js$/, '.ts'), execArgv: process.execArgv };
}

function endOf(child: ChildProcess): Run['ended'] {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      resolve(signal ?? code);
    });
    // If the process could not be spawned, 'exit' never fires.
    child.on('error', (error) => {
      if (child.pid === undefined) resolve(error.message);
    });
  });
}

/** Of a process that is not a child of this one. */
async function endOfProcess(mark: ProcessMark): Promise<string> {
  while (isRunning(mark) === true) await pause(lookMs, undefined, { ref: false });
  return 'it is gone';
}

/** Ends a process that is not a child of this one. Resolves when it has ended. */
export async function endProcess(mark: ProcessMark): Promise<void> {
  const ended = endOfProcess(mark);
  const kill = (signal: NodeJS.Signals): void => {
    killProcess(mark, signal);
  };
  await stopped({ ended, kill });
}

/** Does nothing when it has ended. */
function killProcess(mark: ProcessMark, signal: NodeJS.Signals): void {
  if (isRunning(mark) === true) process.kill(mark.pid, signal);
}

async function stopped({ ended, kill }: Pick<Run, 'ended' | 'kill'>): Promise<void> {
  kill('SIGTERM');
  const impatience = setTimeout(() => {
    kill('SIGKILL');
  }, stopTimeoutMs);
  await ended;
  clearTimeout(impatience);
}

/** Resolves with the URL that the engine reports. */
function ready(child: ChildProcess, ended: Run['ended']): Promise<string> {
  return new Promise((resolve, reject) => {
    const timeout = setTimeout(() => {
      reject(new MediaProcessError(`The media engine did not start within ${startTimeoutMs} ms`));
    }, startTimeoutMs);
    child.once('message', (message) => {
      clearTimeout(timeout);
      const { data: state } = readySchema.safeParse(message);
      if (state?.type === 'ready') resolve(state.url);
      else if (state?.reason === 'no-native-library') reject(new NoMediaLibrary(state.message));
      else reject(new MediaProcessError(inOptions(state?.message ?? 'The media engine reported no address')));
    });
    void ended.then((how) => {
      clearTimeout(timeout);
      reject(new MediaProcessError(`The media engine ended while it started (${how})`));
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
