import type { Frame } from './frame.js';

export interface Writer {
  /** Writes what is due. `join` makes one piece of several frames. */
  flush(join: (frames: readonly Frame[]) => Buffer): void;
}

/**
 * Collects the connections that have something to send, and lets each write once at the end of the present turn of the
 * event loop. In a busy room many requests arrive in one turn. What they cause costs one system call for each receiver
 * then, instead of one for each message and receiver.
 */
export class WriteTurn {
  #due: Writer[] = [];
  #joined: readonly Frame[] = [];
  #bytes: Buffer = Buffer.alloc(0);

  add(writer: Writer): void {
    if (this.#due.push(writer) === 1) setImmediate(this.#run);
  }

  readonly #run = (): void => {
    const due = this.#due;
    this.#due = [];
    for (const writer of due) writer.flush(this.#join);
    this.#joined = [];
    this.#bytes = Buffer.alloc(0);
  };

  /** Participants of one room mostly have the same frames due, so the last piece that was made is kept for the next writer. */
  readonly #join = (frames: readonly Frame[]): Buffer => {
    if (!sameFrames(frames, this.#joined)) {
      this.#joined = frames;
      this.#bytes = Buffer.concat(frames);
    }
    return this.#bytes;
  };
}

function sameFrames(a: readonly Frame[], b: readonly Frame[]): boolean {
  return a.length === b.length && a.every((frame, index) => frame === b[index]);
}
