/** Spreads the first attempts of clients that lost the same media server at the same moment. */
const firstWithinMs = 200;
const secondMs = 500;
const longestMs = 8000;
/** After this time without a failure, the next failure counts as the first one again. */
const calmAfterMs = 15_000;

/** The time between attempts at the same thing: very short at first, longer after each failure. */
export class BackOff {
  #nextMs = 0;
  #last = -Infinity;

  /** Resolves when it is time for the next attempt. */
  async wait(): Promise<void> {
    if (performance.now() - this.#last > calmAfterMs) this.#nextMs = 0;
    const delayMs = this.#nextMs + Math.random() * firstWithinMs;
    this.#nextMs = Math.min(longestMs, Math.max(secondMs, 2 * this.#nextMs));
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    this.#last = performance.now();
  }
}
