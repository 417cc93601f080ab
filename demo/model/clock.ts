/** What time is it, in ms, and what is called later. */
export interface Clock {
  now(): number;
  /** @returns a function that takes it back */
  later(ms: number, then: () => void): () => void;
}

export const browserClock: Clock = {
  now: () => performance.now(),
  later: (ms, then) => {
    const timer = setTimeout(then, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};
