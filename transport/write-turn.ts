import type { Frame } from './frame.js';

export interface Writer {
  /** Writes what is due; `join` makes one piece of several frames. */
  flush(join: (frames: readonly Frame[]) => Buffer): void;
}

/**
 * Collects the connections that have something to send and lets each write once, at the end of the present turn of the
 * event loop. In a busy room many requests arrive in one turn, and what they cause then costs one system call per
 * receiver instead of one per message and receiver.
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

  /** Listeners of one room mostly have the same frames due, so the last piece made is often the next one wanted. */
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
