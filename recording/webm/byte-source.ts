import type { FileHandle } from 'node:fs/promises';

/** In bytes. About so much of a file is in memory at a time. */
const chunkBytes = 262_144;

/** Reads a file from its beginning to its end, once. */
export class ByteSource {
  /** Of the file, when reading began. */
  readonly size: number;
  readonly #file: FileHandle;
  readonly #seen: (bytes: Buffer) => void;
  /** What is in memory, and where in the file it begins and ends. */
  #bytes: Buffer = Buffer.alloc(0);
  #start = 0;
  #end = 0;

  /** @param seen gets every byte of the file, in order */
  constructor(file: FileHandle, size: number, seen: (bytes: Buffer) => void) {
    this.#file = file;
    this.size = size;
    this.#seen = seen;
  }

  /** Fewer bytes than asked for at the end of the file. @param position not before that of the last call */
  async at(position: number, length: number): Promise<Buffer> {
    const end = Math.min(position + length, this.size);
    while (this.#end < end && (await this.#load(position))) continue;
    return this.#bytes.subarray(Math.max(0, position - this.#start), Math.max(0, end - this.#start));
  }

  /** Shows the rest of the file to `seen`. */
  async finish(): Promise<void> {
    while (this.#end < this.size && (await this.#load(this.size))) continue;
  }

  /** @param needed what is before it is forgotten. @returns false at the end of the file */
  async #load(needed: number): Promise<boolean> {
    const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, this.size - this.#end));
    const { bytesRead } = await this.#file.read(chunk, 0, chunk.length, this.#end);
    if (bytesRead === 0) return false;
    const read = chunk.subarray(0, bytesRead);
    this.#seen(read);
    const kept = this.#bytes.subarray(Math.max(0, needed - this.#start));
    this.#bytes = kept.length === 0 ? read : Buffer.concat([kept, read]);
    this.#start = this.#end - kept.length;
    this.#end += bytesRead;
    return true;
  }
}
