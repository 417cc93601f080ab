/** Spreads the first attempts of all who lost the same media server at the same moment. */
const FIRST_WITHIN_MS = 200;
const SECOND_MS = 500;
const LONGEST_MS = 8000;
/** Without a failure for so long, the next one counts as a first one again. */
const CALM_AFTER_MS = 15_000;

/** The time between attempts at the same thing: next to nothing at first, then longer each time it fails. */
export class BackOff {
  #nextMs = 0;
  #last = -Infinity;

  /** Resolves when it is time for the next attempt. */
  async wait(): Promise<void> {
    if (performance.now() - this.#last > CALM_AFTER_MS) this.#nextMs = 0;
    const delayMs = this.#nextMs + Math.random() * FIRST_WITHIN_MS;
    this.#nextMs = Math.min(LONGEST_MS, Math.max(SECOND_MS, 2 * this.#nextMs));
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    this.#last = performance.now();
  }
}
