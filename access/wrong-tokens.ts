/** Wrong tokens of one address in a row that cost nothing: people mistype. */
const free = 10;
/** The wait after the next wrong token. Each one more doubles it. */
const firstWaitMs = 1_000;
const longestWaitMs = 60_000;
/** An address from which no wrong token came for so long begins anew. */
const forgottenAfterMs = 600_000;

interface Failures {
  readonly count: number;
  readonly last: number;
}

/** Slows down the guessing of tokens, by address. */
export class WrongTokens {
  readonly #now: () => number;
  readonly #onGuessing: (address: string) => void;
  readonly #maxAddresses: number;
  /** The address that was wrong last is the last one. */
  readonly #byAddress = new Map<string, Failures>();

  /**
   * @param now the time in ms, from any beginning
   * @param onGuessing called when an address must wait from now on
   * @param maxAddresses are remembered at most; the one that was quiet for longest is forgotten first
   */
  constructor(now: () => number, onGuessing: (address: string) => void, maxAddresses = 10_000) {
    this.#now = now;
    this.#onGuessing = onGuessing;
    this.#maxAddresses = maxAddresses;
  }

  /** How long this address must wait until it may try again, in whole s; 0: it may. */
  waitOf(address: string): number {
    const { count, last } = this.#failuresOf(address);
    if (count <= free) return 0;
    const waitMs = Math.min(firstWaitMs * 2 ** (count - free - 1), longestWaitMs);
    return Math.max(0, Math.ceil((last + waitMs - this.#now()) / 1_000));
  }

  /** A wrong token came from this address. */
  add(address: string): void {
    const { count } = this.#failuresOf(address);
    this.#byAddress.delete(address);
    this.#byAddress.set(address, { count: count + 1, last: this.#now() });
    const [quietest] = this.#byAddress.keys();
    if (this.#byAddress.size > this.#maxAddresses && quietest !== undefined) this.#byAddress.delete(quietest);
    if (count === free) this.#onGuessing(address);
  }

  /** The right token came from this address. */
  forgive(address: string): void {
    this.#byAddress.delete(address);
  }

  #failuresOf(address: string): Failures {
    const failures = this.#byAddress.get(address);
    return failures && this.#now() - failures.last < forgottenAfterMs ? failures : { count: 0, last: 0 };
  }
}
