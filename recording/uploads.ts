import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../log.js';
import type { Folder } from './folder.js';
import { manifestName } from './names.js';
import type { ObjectStore } from './object-store.js';

/** Between two tries, in ms: it doubles. */
const firstRetryMs = 1_000;
const lastRetryMs = 300_000;
/** How long after the end of a recording its upload is tried again, in ms. After that, each start of the server tries once. */
const patienceMs = 86_400_000;
/** Recordings that are uploaded at a time. */
const uploadsAtOnce = 2;

export interface UploadsOptions {
  readonly store: ObjectStore;
  /** Whether the files stay here too. */
  readonly keepLocal: () => boolean;
  /** In ms since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

/** Brings recordings that have ended into an object store. What is there is in the journal, so another process goes on with the rest. */
export class Uploads {
  readonly #options: UploadsOptions;
  readonly #waiting: (() => void)[] = [];
  #active = 0;

  constructor(options: UploadsOptions) {
    this.#options = options;
  }

  /**
   * Uploads the files of a recording, then its manifest. Never rejects.
   * @returns false: not all of it is there, because `signal` was aborted or the store did not take it for too long
   */
  async upload(folder: Folder, signal: AbortSignal): Promise<boolean> {
    for (let retryMs = firstRetryMs; ; retryMs = Math.min(2 * retryMs, lastRetryMs)) {
      if (await this.#try(folder, signal)) return true;
      const { now, log } = this.#options;
      const isOver = now() + retryMs > (folder.endedAt ?? 0) + patienceMs;
      if (signal.aborted) return false;
      if (isOver) {
        log.error('a recording could not be uploaded; the next start of the server tries again', {
          recording: folder.id,
        });
        return false;
      }
      await pause(retryMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #try(folder: Folder, signal: AbortSignal): Promise<boolean> {
    await this.#turn();
    try {
      await this.#upload(folder, signal);
      return true;
    } catch (error) {
      if (!signal.aborted)
        this.#options.log.warn('the upload of a recording has failed', { recording: folder.id, error });
      return false;
    } finally {
      this.#active -= 1;
      this.#waiting.shift()?.();
    }
  }

  async #upload(folder: Folder, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { store, keepLocal, log } = this.#options;
    const missing = folder.manifest.files.filter(({ available, stored }) => available && !stored);
    for (const { file } of missing) {
      const stored = await store.put(`${folder.id}/${file}`, join(folder.path, file), 'video/webm', signal);
      folder.take({ type: 'stored', file, ...stored });
    }
    await folder.writeManifest();
    if (!folder.isStored) {
      await store.put(`${folder.id}/${manifestName}`, join(folder.path, manifestName), 'application/json', signal);
      folder.take({ type: 'allStored' });
      log.info('a recording was uploaded', { recording: folder.id, files: folder.manifest.files.length });
    }
    if (keepLocal()) return;
    for (const { file, stored } of folder.manifest.files)
      if (stored) await rm(join(folder.path, file), { force: true });
  }

  async #turn(): Promise<void> {
    if (this.#active >= uploadsAtOnce) await new Promise<void>((go) => this.#waiting.push(go));
    this.#active += 1;
  }
}
