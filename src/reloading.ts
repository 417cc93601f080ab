import { unwatchFile, watchFile } from 'node:fs';
import type { Log } from '../log.js';
import type { Config } from './config.js';
import type { Renewed } from './live-config.js';

export interface ReloadingOptions {
  /** Reads the configuration anew. @throws ConfigError */
  readonly read: () => { readonly config: Config; readonly files: readonly string[] };
  /** Takes what a running server can take. Throws ConfigError, and changes nothing then. */
  readonly take: (config: Config) => Renewed | Promise<Renewed>;
  readonly log: Log;
  /** How often files are looked at, in ms. A change is taken when nothing has changed for as long. Default: 2 s. */
  readonly lookEveryMs?: number;
}

/** What became of it. wrong: why nothing has changed. */
export type Reloaded = Renewed | { readonly wrong: string };

/** Keeps a running server at the configuration that its files hold: at SIGHUP, and when one of them changes. */
export class Reloading {
  readonly #options: ReloadingOptions;
  readonly #lookEveryMs: number;
  #watched: readonly string[] = [];
  #settled: NodeJS.Timeout | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** @param files to watch: those that the present configuration was read from */
  constructor(files: readonly string[], options: ReloadingOptions) {
    this.#options = options;
    this.#lookEveryMs = options.lookEveryMs ?? 2_000;
    this.#watch(files);
  }

  /** One reload after the other. Never rejects: what is wrong is one line of the log, too. */
  reload(): Promise<Reloaded> {
    const reloaded = this.#last.then(() => this.#reload());
    this.#last = reloaded;
    return reloaded;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#settled);
    this.#watch([]);
  }

  async #reload(): Promise<Reloaded> {
    if (this.#closed) return { wrong: 'the server ends' };
    const { read, take, log } = this.#options;
    try {
      const { config, files } = read();
      const renewed = await take(config);
      const { taken, kept } = renewed;
      this.#watch(files);
      if (kept.length > 0) log.warn('these options have changed, and need a restart', { options: kept });
      log.info('the configuration was reloaded', { changed: taken });
      return renewed;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.error('the configuration was not reloaded, nothing has changed', { reason });
      return { wrong: reason };
    }
  }

  /** Looks at the files by name, so that one that is replaced, also by a link, is noticed. */
  #watch(files: readonly string[]): void {
    if (this.#closed && files.length > 0) return;
    for (const file of this.#watched) if (!files.includes(file)) unwatchFile(file, this.#onChange);
    for (const file of files) {
      if (this.#watched.includes(file)) continue;
      watchFile(file, { interval: this.#lookEveryMs, persistent: false }, this.#onChange);
    }
    this.#watched = files;
  }

  /** A certificate and its key are two files, and a file may be written in pieces. */
  readonly #onChange = (): void => {
    clearTimeout(this.#settled);
    this.#settled = setTimeout(() => void this.reload(), this.#lookEveryMs).unref();
  };
}
