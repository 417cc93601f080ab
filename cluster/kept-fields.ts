/** The longest text of a field. */
const mostFieldBytes = 65_536;

/** The fields of a room as its journal has written them. */
export class KeptFields {
  readonly #texts: Map<string, string>;
  readonly #tooLong: (field: string) => void;

  /** @param tooLong called for a field that is not written: its text is too long */
  constructor(texts: ReadonlyMap<string, string>, tooLong: (field: string) => void) {
    this.#texts = new Map(texts);
    this.#tooLong = tooLong;
  }

  get all(): ReadonlyMap<string, string> {
    return this.#texts;
  }

  get(field: string): string | undefined {
    return this.#texts.get(field);
  }

  /** @throws RangeError for a text that is too long */
  check(field: string, text: string): void {
    if (!fits(text)) throw new RangeError(`${field} has more than ${mostFieldBytes} bytes`);
  }

  /** Takes changes in: texts, or what makes them; undefined removes a field. @returns those that are to be written */
  take(changes: ReadonlyMap<string, string | (() => string) | undefined>): Map<string, string | undefined> {
    const written = new Map<string, string | undefined>();
    for (const [field, given] of changes) {
      const text = typeof given === 'function' ? given() : given;
      if (text === this.#texts.get(field)) continue;
      if (text !== undefined && !fits(text)) {
        this.#tooLong(field);
        continue;
      }
      if (text === undefined) this.#texts.delete(field);
      else this.#texts.set(field, text);
      written.set(field, text);
    }
    return written;
  }
}

function fits(text: string): boolean {
  return Buffer.byteLength(text) <= mostFieldBytes;
}
