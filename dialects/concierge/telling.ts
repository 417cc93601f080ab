import type { Frame } from '../../transport/frame.js';
import { textFrame } from '../../transport/frame.js';
import type { Language, Notice } from './language.js';

/** A notice on its way to many: put into words once for each language. */
export class Telling {
  readonly #notice: Notice;
  readonly #frames = new Map<Language, Frame | undefined>();

  constructor(notice: Notice) {
    this.#notice = notice;
  }

  /** Undefined for what the language has no words for. */
  in(language: Language): Frame | undefined {
    const known = this.#frames.get(language);
    if (known || this.#frames.has(language)) return known;
    const text = language.tell(this.#notice);
    const frame = text === undefined ? undefined : textFrame(text);
    this.#frames.set(language, frame);
    return frame;
  }
}
