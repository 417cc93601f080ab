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
  /**
   * Whether requests after a refused one are served when the budget allows them again. Default: none is served, or refused, any more,
   * and the refusal comes after what was allowed is served.
   */
  readonly goesOn?: boolean;
  /** `serve` only begins: socket.io hands an event over in a later tick. The next request is served when that is done. */
  readonly isLate?: boolean;
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
  /** The first request that the budget did not allow; it comes after those that wait. */
  #refused: { readonly request: T } | undefined;
  #turn = -1;
  #served = 0;
  #isServing = false;
  #isPaused = false;
  #isOver = false;
  #onDone: (() => void) | undefined;

  constructor(options: SlicesOptions<T>) {
    this.#options = options;
  }

  /** Whether requests wait for the next turn. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0 || this.#refused !== undefined;
  }

  add(request: T, bytes: number): void {
    if (this.#isOver || this.#refused) return;
    const { account, goesOn = false } = this.#options;
    // Taken when it comes, so that no more than the budget allows can wait.
    if (account.take(bytes)) this.#waiting.push(request);
    else if (goesOn) this.#refuse(request);
    else this.#refused = { request };
    if (!this.#isServing && !this.#isPaused) this.#goOn();
  }

  /** Serves no more requests: the client has gone. */
  end(): void {
    this.#isOver = true;
    this.#waiting = [];
    this.#refused = undefined;
    this.#done();
  }

  /** Calls back once when nothing waits any more. */
  whenDone(callback: () => void): void {
    this.#onDone = callback;
    if (!this.isWaiting) this.#done();
  }

  #done(): void {
    const onDone = this.#onDone;
    this.#onDone = undefined;
    onDone?.();
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

  #goOn(): void {
    while (this.#waiting.length > 0 && this.#mayServe()) {
      // There is one: the condition says so.
      const request = this.#waiting.shift() as T;
      this.#isServing = true;
      this.#serve(request);
      if (this.#options.isLate) {
        // Ticks, and those that ticks ask for, run before microtasks.
        queueMicrotask(this.#onServed);
        return;
      }
      this.#isServing = false;
    }
    if (this.#waiting.length > 0) {
      this.#wait();
      return;
    }
    if (this.#refused) this.#refuse(this.#refused.request);
    if (this.#isPaused) this.#resume();
    this.#done();
  }

  #wait(): void {
    if (!this.#isPaused) this.#options.onWait?.();
    this.#isPaused = true;
    setImmediate(this.#onTurn);
  }

  #resume(): void {
    this.#isPaused = false;
    this.#options.onGoOn?.();
  }

  readonly #onServed = (): void => {
    // The next request is served in a tick, so that its own ticks come before its microtask.
    process.nextTick(this.#onTick);
  };

  readonly #onTick = (): void => {
    this.#isServing = false;
    this.#goOn();
  };

  readonly #onTurn = (): void => {
    // A slice of its own, whatever came in this turn.
    this.#turn = -1;
    this.#goOn();
  };
}
