import { accessSync, constants, lstatSync, realpathSync } from 'node:fs';
import { dirname, join, basename, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Fields of the Error event of a recording that fails
 * (docs/protocols/kurento-media.md#6-common-to-all-objects-and-elements).
 */
export interface RecordingFailure {
  readonly type: string;
  readonly errorCode: number;
  readonly description: string;
}

export class RecordingRefused extends Error {
  override readonly name = 'RecordingRefused';

  constructor(
    message: string,
    readonly failure: RecordingFailure,
  ) {
    super(message);
  }
}

/** The directory for recordings, and the recordings that are being finished. */
export class Recordings {
  readonly #directory: string | undefined;
  readonly #finishing = new Set<Promise<void>>();

  /** `directory` undefined: nothing is recorded. */
  constructor(directory?: string) {
    this.#directory = directory === undefined ? undefined : resolve(directory);
  }

  /**
   * The path of a uri. It is below the directory, also after links are followed.
   * @throws RecordingRefused
   */
  path(uri: string): string {
    if (this.#directory === undefined)
      throw refused('unwritable', 'This media server records nothing: it has no directory for that');
    const path = pathOf(uri, this.#directory);
    const directory = realDirectory(path);
    const root = realDirectory(join(this.#directory, 'x'));
    if (directory !== root && !directory.startsWith(root + sep)) {
      throw refused('unwritable', `'${uri}' is not in the directory for recordings`);
    }
    const real = join(directory, basename(path));
    if (!isFileOrNothing(real)) throw refused('unwritable', `'${uri}' is not a file`);
    return real;
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

/** Describes an error that was thrown during a recording. */
export function failureOf(error: unknown): RecordingFailure {
  if (error instanceof RecordingRefused) return error.failure;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') return kinds.full('No space left on the disk');
  if (error instanceof Error && 'syscall' in error && error.syscall === 'open')
    return kinds.unwritable('Cannot open the file for writing');
  return kinds.broken('Cannot write the file');
}

/** Codes of GStreamer's resource errors, as a Kurento Media Server passes them on. */
const kinds = {
  badUri: (description: string): RecordingFailure => ({ type: 'INVALID_URI', errorCode: 0, description }),
  unwritable: (description: string): RecordingFailure => ({
    type: 'RESOURCE_ERROR_OPEN_WRITE',
    errorCode: 6,
    description,
  }),
  broken: (description: string): RecordingFailure => ({ type: 'RESOURCE_ERROR_WRITE', errorCode: 10, description }),
  full: (description: string): RecordingFailure => ({
    type: 'RESOURCE_ERROR_NO_SPACE_LEFT',
    errorCode: 14,
    description,
  }),
};

function refused(kind: keyof typeof kinds, message: string): RecordingRefused {
  return new RecordingRefused(message, kinds[kind](message));
}

/** A name without a scheme is relative to the directory. */
function pathOf(uri: string, directory: string): string {
  if (uri === '' || uri.includes('\0')) throw refused('badUri', 'Invalid URI');
  if (!/^[a-z][a-z0-9+.-]*:/i.test(uri)) return resolve(directory, uri);
  try {
    return fileURLToPath(uri);
  } catch {
    throw refused('badUri', 'Invalid URI');
  }
}

/** The directory of a file, after all links are followed. @throws RecordingRefused unless it can be written to */
function realDirectory(path: string): string {
  const directory = dirname(path);
  try {
    const real = realpathSync(directory);
    accessSync(real, constants.W_OK);
    return real;
  } catch {
    throw refused('unwritable', `The directory '${directory}' is not there or cannot be written to`);
  }
}

function isFileOrNothing(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? true;
}
