import { refilled } from '../token-bucket.js';

/** What one client may cause, in the long run and after a pause. */
export interface Budget {
  /** Requests, packets and frames that it sends. */
  readonly requestsPerSecond: number;
  readonly requestBurst: number;
  /** Bytes that it sends. */
  readonly bytesPerSecond: number;
  readonly byteBurst: number;
  /** Bytes that the server tells anybody, this client included, because of its requests. */
  readonly toldBytesPerSecond: number;
  readonly toldByteBurst: number;
}

/** What a message costs besides its bytes: it must be made, queued and written. In bytes. */
const bytesPerMessage = 64;

let paying: Account | undefined;

/**
 * What one client has caused, against its budget. Requests are counted when they come. What the server tells others is charged to the
 * client whose request is being served. A client that has spent more than its budget may make no more requests: it is told so, and its
 * connection is closed.
 */
export class Account {
  /** Of the request with which the client came (W3C Trace Context). */
  readonly traceparent: string | undefined;
  readonly #budget: Budget;
  readonly #now: () => number;
  // What is left of each, in thousandths, as `refilled` counts. Below 0 it is a debt.
  #requests: number;
  #bytes: number;
  #told: number;
  #filledAt: number;
  /** Bytes told since `startSlice`. */
  #slice = 0;

  /** @param now the time in ms; a clock that is set back gives nothing and takes nothing */
  constructor(budget: Budget, now: () => number = () => performance.now(), traceparent?: string) {
    this.traceparent = traceparent;
    this.#budget = budget;
    this.#now = now;
    this.#requests = budget.requestBurst * 1_000;
    this.#bytes = budget.byteBurst * 1_000;
    this.#told = budget.toldByteBurst * 1_000;
    this.#filledAt = now();
  }

  /**
   * Counts a request of so many bytes.
   * @returns false when the budget is spent: the request must not be served
   */
  take(bytes: number): boolean {
    this.#fill();
    if (this.#requests < 1_000 || this.#bytes < 0 || this.#told < 0) return false;
    this.#requests -= 1_000;
    this.#bytes -= bytes * 1_000;
    return true;
  }

  /** Whether more was told because of this client than its budget allows. */
  get isSpent(): boolean {
    if (this.#told >= 0) return false;
    this.#fill();
    return this.#told < 0;
  }

  /** How long until one more request is possible, in ms. */
  get retryAfterMs(): number {
    const { requestsPerSecond, bytesPerSecond, toldBytesPerSecond } = this.#budget;
    return Math.ceil(
      Math.max(
        (1_000 - this.#requests) / requestsPerSecond,
        -this.#bytes / bytesPerSecond,
        -this.#told / toldBytesPerSecond,
        0,
      ),
    );
  }

  /** Serves a request of this client. What is told meanwhile, until `serve` returns, is charged to this client. */
  pay<Request, Result>(serve: (request: Request) => Result, request: Request): Result {
    return payBy(this, serve, request);
  }

  /** Begins to count anew for `toldInSlice`. */
  startSlice(): void {
    this.#slice = 0;
  }

  /** Bytes that were told because of this client since `startSlice`. */
  get toldInSlice(): number {
    return this.#slice;
  }

  charge(bytes: number): void {
    const cost = bytes + bytesPerMessage;
    this.#told -= cost * 1_000;
    this.#slice += cost;
  }

  #fill(): void {
    const now = this.#now();
    const ms = now - this.#filledAt;
    this.#filledAt = now;
    const { requestsPerSecond, requestBurst, bytesPerSecond, byteBurst, toldBytesPerSecond, toldByteBurst } =
      this.#budget;
    this.#requests = refilled(this.#requests, requestsPerSecond, requestBurst, ms);
    this.#bytes = refilled(this.#bytes, bytesPerSecond, byteBurst, ms);
    this.#told = refilled(this.#told, toldBytesPerSecond, toldByteBurst, ms);
  }
}

function payBy<Request, Result>(account: Account, serve: (request: Request) => Result, request: Request): Result {
  const before = paying;
  paying = account;
  try {
    return serve(request);
  } finally {
    paying = before;
  }
}

/**
 * Keeps the client whose request is being served, before something is waited for. What it returns runs the part of the request that comes
 * later: what that tells is charged to the client as well.
 */
export function keepPayer(): <Result>(rest: () => Result) => Result {
  const account = paying;
  return account ? (rest) => account.pay(rest, undefined) : (rest) => rest();
}

/** Charges a message to the client whose request is being served. Charges nobody for what the server tells of its own accord. */
export function chargeTold(bytes: number): void {
  paying?.charge(bytes);
}

/** The client whose request is being served. */
export function payer(): Account | undefined {
  return paying;
}
