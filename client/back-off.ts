/** Spreads the first attempts of all who lost the same media server at the same moment. */
const firstWithinMs = 200;
const secondMs = 500;
const longestMs = 8000;
/** Without a failure for so long, the next one counts as a first one again. */
const calmAfterMs = 15_000;

/** The time between attempts at the same thing: next to nothing at first, then longer each time it fails. */
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
