import type { Push } from './messages.js';

/** Puts what is told to clients into JSON: once, when many are told the same one after the other. */
export class Wording {
  #last: Push | undefined;
  #words = '';

  /** Without the opening brace: what only the receiver is told stands before it. @throws RangeError for what is nested too deeply */
  of(push: Push): string {
    if (push !== this.#last) {
      this.#words = JSON.stringify(push).slice(1);
      this.#last = push;
    }
    return this.#words;
  }
}
