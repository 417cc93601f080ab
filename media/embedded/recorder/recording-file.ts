import type { FileHandle } from 'node:fs/promises';

/** Bytes that may wait for the disk. With more the recording fails: the disk is too slow. */
const mostWaiting = 32 * 1024 * 1024;

/** The disk does not keep up. */
export class TooSlow extends Error {
  override readonly name = 'TooSlow';
}

/** What is used of a file that is open. */
export type WritableFile = Pick<FileHandle, 'write' | 'truncate' | 'close'>;

/** Makes a file, and opens it. */
export type OpenFile = () => Promise<WritableFile>;

/**
 * A file that is written in order, in the background. After the first failure nothing more is written. What was appended is there as a
 * whole or not at all, so that the file can be read as far as it goes.
 */
export class RecordingFile {
  readonly #failed: (error: unknown) => void;
  /** Position of the next appended byte. */
  #end = 0;
  #waiting = 0;
  #hasFailed = false;
  #last: Promise<WritableFile | undefined>;

  /** `failed` is called once at most. */
  constructor(open: OpenFile, failed: (error: unknown) => void) {
    this.#failed = failed;
    this.#last = open().catch((error: unknown) => {
      this.#fail(error);
      return undefined;
    });
  }

  get length(): number {
    return this.#end;
  }

  append(chunks: readonly Buffer[]): void {
    const position = this.#end;
    const size = chunks.reduce((sum, { length }) => sum + length, 0);
    if (this.#hasFailed) return;
    if (this.#waiting + size > mostWaiting) {
      this.#fail(new TooSlow('The disk is too slow for the recording'));
      return;
    }
    this.#end += size;
    this.#waiting += size;
    this.#queue(async (handle) => {
      const bytes = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
      try {
        await writeAll(handle, bytes, position);
      } catch (error) {
        await handle.truncate(position).catch(() => undefined);
        throw error;
      }
      this.#waiting -= size;
    });
  }

  /** Replaces bytes that were appended before. */
  overwrite(position: number, bytes: Buffer): void {
    this.#queue((handle) => writeAll(handle, bytes, position));
  }

  /** Resolves when everything is written and the file is closed. */
  async close(): Promise<void> {
    const handle = await this.#last;
    await handle?.close().catch((error: unknown) => {
      this.#fail(error);
    });
  }

  #queue(write: (handle: WritableFile) => Promise<void>): void {
    this.#last = this.#last.then(async (handle) => {
      if (!handle || this.#hasFailed) return handle;
      await write(handle).catch((error: unknown) => {
        this.#fail(error);
      });
      return handle;
    });
  }

  #fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#failed(error);
  }
}

/** A full disk takes the beginning of the bytes, and says so only when the rest is written. */
async function writeAll(handle: WritableFile, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
