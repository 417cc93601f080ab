import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';

/** Of a line, in UTF-16 units; the rest of a longer one is left out. */
const longestLine = 2_000;

/** The last lines of a log: 1,000 of them take 4 MB at most, and 200 kB as lines usually are. */
export class LineRing extends Writable {
  readonly #size: number;
  readonly #kept: string[] = [];
  /** The place of the oldest line, once all places are taken. */
  #oldest = 0;

  constructor(size = 1_000) {
    super({ decodeStrings: false });
    this.#size = size;
  }

  /** The oldest first. */
  get lines(): readonly string[] {
    return [...this.#kept.slice(this.#oldest), ...this.#kept.slice(0, this.#oldest)];
  }

  override _write(line: string | Buffer, _encoding: BufferEncoding, done: () => void): void {
    // Lines for a terminal have colours.
    const text = stripVTControlCharacters(line.toString()).slice(0, longestLine);
    if (this.#kept.length < this.#size) this.#kept.push(text);
    else {
      this.#kept[this.#oldest] = text;
      this.#oldest = (this.#oldest + 1) % this.#size;
    }
    done();
  }
}
