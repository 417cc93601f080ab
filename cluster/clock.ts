/** Time, so that tests have their own. */
export interface Clock {
  /** In ms since some moment. Never goes back, and may stand still while the machine sleeps. */
  now(): number;
  /** In ms since 1970. Somebody may set it. */
  wall(): number;
  /** Runs something once after that many ms, unless the function that it returns is called before. */
  later(ms: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  later: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};
