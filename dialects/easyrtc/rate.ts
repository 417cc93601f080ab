/** So many things a second, and as many at once. */
export class Rate {
  readonly #perSecond: number;
  readonly #now: () => number;
  #left: number;
  #since: number;

  /** `perSecond`: 0 for any number. */
  constructor(perSecond: number, now: () => number) {
    this.#perSecond = perSecond;
    this.#now = now;
    this.#left = perSecond;
    this.#since = now();
  }

  /** Whether one more is allowed. */
  take(): boolean {
    if (this.#perSecond === 0) return true;
    const now = this.#now();
    this.#left = Math.min(this.#perSecond, this.#left + ((now - this.#since) / 1000) * this.#perSecond);
    this.#since = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
