import type { Account } from './account.js';

/** Requests of one client that are served in one turn of the event loop. The others wait for the next turn. */
const requestsPerTurn = 32;

/** Bytes that one client may cause to be told in one turn, after which its next request waits for the next turn. */
const toldBytesPerTurn = 1_048_576;

/** The turns of the event loop, numbered. One immediate for all clients, and only in turns in which one of them sent something. */
const turns = {
  number: 0,
  isScheduled: false,
  get current(): number {
    if (!this.isScheduled) {
      this.isScheduled = true;
      setImmediate(() => {
        this.isScheduled = false;
        this.number += 1;
      });
    }
    return this.number;
  },
};

export interface SlicesOptions<T> {
  readonly account: Account;
  /** Serves one request. Must not throw. */
  readonly serve: (request: T) => void;
  /** The budget is spent: this request is not served. */
  readonly refuse: (request: T) => void;
  /** Whether requests after a refused one are served when the budget allows them again. Default: none is served, or refused, any more. */
  readonly goesOn?: boolean;
  /** Requests wait for the next turn: no more need to be read until `onGoOn`. */
  readonly onWait?: () => void;
  /** Nothing waits any more. */
  readonly onGoOn?: () => void;
}

/**
 * Serves the requests of one client in order and in slices, so that no burst keeps others waiting, and charges them to the client's
 * account.
 */
export class Slices<T> {
  readonly #options: SlicesOptions<T>;
  #waiting: T[] = [];
  #turn = -1;
  #served = 0;
  #isOver = false;

  constructor(options: SlicesOptions<T>) {
    this.#options = options;
  }

  /** Whether requests wait for the next turn. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  add(request: T, bytes: number): void {
    if (this.#isOver) return;
    // Taken when it comes, so that no more than the budget allows can wait.
    if (!this.#options.account.take(bytes)) {
      this.#refuse(request);
      return;
    }
    if (this.#waiting.length === 0 && this.#mayServe()) {
      this.#serve(request);
      return;
    }
    if (this.#waiting.push(request) > 1) return;
    this.#options.onWait?.();
    setImmediate(this.#goOn);
  }

  /** Serves no more requests: the client has gone. */
  end(): void {
    this.#isOver = true;
    this.#waiting = [];
  }

  /** Whether the slice of this turn has room for one more request. */
  #mayServe(): boolean {
    const turn = turns.current;
    if (turn !== this.#turn) {
      this.#turn = turn;
      this.#served = 0;
      this.#options.account.startSlice();
    }
    return this.#served < requestsPerTurn && this.#options.account.toldInSlice < toldBytesPerTurn;
  }

  #serve(request: T): void {
    const { account, serve } = this.#options;
    this.#served += 1;
    // Requests before this one may have spent the budget.
    if (account.isSpent) this.#refuse(request);
    else account.pay(serve, request);
  }

  #refuse(request: T): void {
    if (!this.#options.goesOn) this.end();
    this.#options.refuse(request);
  }

  readonly #goOn = (): void => {
    // A slice of its own, whatever came in this turn.
    this.#turn = -1;
    while (this.#waiting.length > 0 && this.#mayServe()) {
      // There is one: the condition says so.
      this.#serve(this.#waiting.shift() as T);
    }
    if (this.#waiting.length > 0) setImmediate(this.#goOn);
    else this.#options.onGoOn?.();
  };
}
