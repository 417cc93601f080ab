/** Part of the limit that must be free again before it counts as reached anew. */
const relief = 0.1;

/**
 * Counts TCP connections up to a limit. A crowd that reaches the limit is one spell, for one line of the log: it is over when a tenth of
 * the limit is free again.
 */
export class SocketCount {
  readonly #most: number;
  #open = 0;
  #isInSpell = false;

  /** @param most how many may be open; Infinity: any number */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many more are open than may be. */
  get excess(): number {
    return this.#open - this.#most;
  }

  /** @returns whether the connection may stay, and when it may not, whether a spell begins with it */
  opened(): 'free' | 'full' | 'full-from-now' {
    this.#open += 1;
    if (this.#open <= this.#most) return 'free';
    if (this.#isInSpell) return 'full';
    this.#isInSpell = true;
    return 'full-from-now';
  }

  closed(): void {
    this.#open -= 1;
    if (this.#open <= this.#most * (1 - relief)) this.#isInSpell = false;
  }
}
