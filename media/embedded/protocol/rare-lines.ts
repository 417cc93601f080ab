const windowMs = 60_000;
const mostInWindow = 10;

/** Lines that strangers can cause. Few of them are written in a minute; the next one after that says how many were not. */
export class RareLines {
  readonly #write: (fields: object) => void;
  #windowEnd = 0;
  #written = 0;
  #unwritten = 0;

  constructor(write: (fields: object) => void) {
    this.#write = write;
  }

  tell(fields: object): void {
    const now = performance.now();
    if (now >= this.#windowEnd) {
      this.#windowEnd = now + windowMs;
      this.#written = 0;
    }
    if (this.#written >= mostInWindow) {
      this.#unwritten += 1;
      return;
    }
    this.#written += 1;
    this.#write({ ...fields, ...(this.#unwritten > 0 && { unwritten: this.#unwritten }) });
    this.#unwritten = 0;
  }
}
