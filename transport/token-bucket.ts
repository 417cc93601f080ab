export interface TokenBucketLimits {
  /** Tokens that are added each second. */
  readonly perSecond: number;
  /** Tokens the bucket holds at most, and at the start: what may be taken at once after a pause. */
  readonly burst: number;
}

/** Limits how often a client may do something: each time takes one token, and tokens come back at a fixed rate. */
export class TokenBucket {
  readonly #limits: TokenBucketLimits;
  readonly #now: () => number;
  #thousandths: number;
  #filledAt: number;

  /** @param now the time in ms; a clock that is set back adds no tokens and takes none */
  constructor(limits: TokenBucketLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
    this.#thousandths = limits.burst * 1000;
    this.#filledAt = now();
  }

  /** @returns false, and takes nothing, when less than one token is left */
  take(): boolean {
    const { perSecond, burst } = this.#limits;
    const now = this.#now();
    this.#thousandths = refilled(this.#thousandths, perSecond, burst, now - this.#filledAt);
    this.#filledAt = now;
    if (this.#thousandths < 1000) return false;
    this.#thousandths -= 1000;
    return true;
  }
}

/**
 * What a bucket holds after so many ms. It is counted in thousandths of a token, of which `perSecond` come back each ms: so nothing is
 * rounded. A time below 0, of a clock that was set back, gives nothing and takes nothing.
 */
export function refilled(thousandths: number, perSecond: number, burst: number, ms: number): number {
  return Math.min(burst * 1000, thousandths + Math.max(0, ms) * perSecond);
}
