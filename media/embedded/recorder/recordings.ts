import { realpathSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { checkNewFile, makeFile } from './new-file.js';
import { refused } from './recording-failure.js';
import { namesIn } from './recording-uri.js';

export interface RecordingsOptions {
  /** Undefined: nothing is recorded. */
  readonly directory?: string | undefined;
  /** Whether a recording replaces a file of its name. Default: it is refused. */
  readonly overwrite?: boolean | undefined;
  /** A recording asks for a keyframe when it has got none for so long, in ms. 0: never. Default: 10 000. */
  readonly keyframeMs?: number | undefined;
}

/** A file that can be made. */
export interface RecordingPlace {
  /** @throws RecordingRefused when it could not be made now */
  check(): Promise<void>;
  /** Makes it. Calls of one place are one after another. @throws RecordingRefused, or what the system says */
  open(): Promise<FileHandle>;
}

/** The directory for recordings, and the recordings that are being finished. */
export class Recordings {
  readonly keyframeMs: number;
  readonly #directory: string | undefined;
  readonly #overwrite: boolean;
  readonly #finishing = new Set<Promise<void>>();

  constructor({ directory, overwrite = false, keyframeMs = 10_000 }: RecordingsOptions = {}) {
    this.#directory = directory === undefined ? undefined : resolve(directory);
    this.#overwrite = overwrite;
    this.keyframeMs = keyframeMs;
  }

  /** Where a uri says. @throws RecordingRefused when that may be nowhere below the directory */
  place(uri: string): RecordingPlace {
    const directory = this.#directory;
    if (directory === undefined) {
      throw refused('unwritable', 'This media server records nothing: it has no directory for that');
    }
    const names = namesIn(uri, [directory, realOrSame(directory)]);
    const options = { overwrite: this.#overwrite };
    return {
      check: () => checkNewFile(directory, names, options),
      open: () => makeFile(directory, names, options),
    };
  }

  /** `settled` waits for this. */
  finishing(done: Promise<void>): void {
    this.#finishing.add(done);
    void done.finally(() => this.#finishing.delete(done));
  }

  /** Resolves when all files that are being finished now are complete, or have failed. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#finishing);
  }
}

/** Without links. Of one that is not there: as it is. */
function realOrSame(directory: string): string {
  try {
    return realpathSync(directory);
  } catch {
    return directory;
  }
}
