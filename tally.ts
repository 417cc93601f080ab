/** How often things have happened, by a few words each. The words are of closed lists: none is chosen by a client. */
export class Tally<Words extends readonly string[]> {
  readonly #counts = new Map<string, { readonly words: Words; count: number }>();

  add(...words: Words): void {
    const key = words.join('\n');
    const known = this.#counts.get(key);
    if (known) known.count += 1;
    else this.#counts.set(key, { words, count: 1 });
  }

  [Symbol.iterator](): Iterator<{ readonly words: Words; readonly count: number }> {
    return this.#counts.values();
  }
}
