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
  /** In thousandths of a token, of which `perSecond` come back each ms: so nothing is rounded. */
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
    this.#thousandths = Math.min(burst * 1000, this.#thousandths + Math.max(0, now - this.#filledAt) * perSecond);
    this.#filledAt = now;
    if (this.#thousandths < 1000) return false;
    this.#thousandths -= 1000;
    return true;
  }
}
