import { longestTimerMs } from './given.js';

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
  /** Resolves after so many ms, or as soon as the signal says that nobody waits any more. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
  /** From 0 to 1, without 1. */
  random(): number;
}

export const browserClock: Clock = {
  now: () => performance.now(),
  wait: (ms, signal) =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', done);
      if (signal?.aborted) done();
    }),
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
    const waiting = new AbortController();
    const hurried = new Promise<void>((resolve) => {
      this.#hurry = () => {
        waiting.abort();
        resolve();
      };
    });
    await Promise.race([clock.wait(Math.min(longestTimerMs, Math.max(delayMs, atLeastMs)), waiting.signal), hurried]);
    this.#last = clock.now();
  }

  /** Ends a wait at once. Its owner calls it as it ends, too. */
  hurry(): void {
    this.#hurry();
  }
}
