/** Spreads the first attempts of clients that lost the same media server at the same moment. */
const firstWithinMs = 200;
const secondMs = 500;
const longestMs = 8000;
/** After this time without a failure, the next failure counts as the first one again. */
const calmAfterMs = 15_000;

/** Time and chance, so that a test can give its own. */
export interface Clock {
  /** In ms, since any moment. */
  now(): number;
  /** Resolves after so many ms. */
  wait(ms: number): Promise<void>;
  /** From 0 to 1, without 1. */
  random(): number;
}

export const browserClock: Clock = {
  now: () => performance.now(),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: () => Math.random(),
};

/** The time between attempts at the same thing: very short at first, longer after each failure. */
export class BackOff {
  readonly #clock: Clock;
  #nextMs = 0;
  #last = -Infinity;
  #hurry: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when it is time for the next attempt. @param atLeastMs when the other side has said that earlier is too early */
  async wait(atLeastMs = 0): Promise<void> {
    const clock = this.#clock;
    if (clock.now() - this.#last > calmAfterMs) this.#nextMs = 0;
    const delayMs = this.#nextMs + clock.random() * firstWithinMs;
    this.#nextMs = Math.min(longestMs, Math.max(secondMs, 2 * this.#nextMs));
    const hurried = new Promise<void>((resolve) => (this.#hurry = resolve));
    await Promise.race([clock.wait(Math.max(delayMs, atLeastMs)), hurried]);
    this.#last = clock.now();
  }

  /** Ends a wait at once. */
  hurry(): void {
    this.#hurry();
  }
}
