/** When a text was said. */
export interface TextStamp {
  /** Unlike that of any other text, also in later rooms of the same name. */
  readonly id: string;
  /** In ms since 1970. */
  readonly at: number;
}

/** A text that was said to everybody, as newcomers are told of it. */
export interface KeptText extends TextStamp {
  /** `Participant.name` of the speaker at that time. Empty: the server said it. */
  readonly by: string;
  /** What the speaker was shown as at that time. May be empty. */
  readonly displayName: string;
  readonly text: string;
}

/** What all texts of a room together may have, with the names of their speakers, in UTF-16 units: at most twice as many bytes of memory. */
export const maxHistoryLength = 65_536;
/** The most texts that can be set. */
export const mostKeptTexts = 500;

/** The last texts that were said to everybody in a room. The oldest go first. */
export class TextHistory {
  readonly #sid: () => string;
  readonly #changed: (id: string, text: KeptText | undefined) => void;
  readonly #maxLength: number;
  #texts: KeptText[] = [];
  #length = 0;
  #said = 0;

  /**
   * @param sid of the room (`Room.sid`); asked for when something is said
   * @param changed told of each text that is kept from now on; undefined: it is not kept any more
   */
  constructor(
    sid: () => string,
    maxLength = maxHistoryLength,
    changed: (id: string, text: KeptText | undefined) => void = () => undefined,
  ) {
    this.#sid = sid;
    this.#changed = changed;
    this.#maxLength = maxLength;
  }

  /** How many texts were said, kept or not. */
  get said(): number {
    return this.#said;
  }

  /** Goes on where another process was. */
  restore(texts: readonly KeptText[], said: number): void {
    this.#said = said;
    for (const text of texts) this.add(text, texts.length);
  }

  /** Oldest first. The list does not change. */
  get texts(): readonly KeptText[] {
    return [...this.#texts];
  }

  /** Of the next text, kept or not. */
  nextId(): string {
    return `${this.#sid()}-${this.#said++}`;
  }

  /** @param most how many are kept at present */
  add(text: KeptText, most: number): void {
    // One that is longer than all may be together would drop the others, and itself.
    if (lengthOf(text) > this.#maxLength) return;
    this.#texts.push(text);
    this.#length += lengthOf(text);
    this.#changed(text.id, text);
    this.limit(most);
  }

  /** Keeps no more than that from now on. */
  limit(most: number): void {
    let dropped = 0;
    for (const text of this.#texts) {
      if (this.#texts.length - dropped <= most && this.#length <= this.#maxLength) break;
      this.#length -= lengthOf(text);
      this.#changed(text.id, undefined);
      dropped++;
    }
    if (dropped > 0) this.#texts.splice(0, dropped);
  }
}

function lengthOf({ id, by, displayName, text }: KeptText): number {
  return id.length + by.length + displayName.length + text.length;
}
