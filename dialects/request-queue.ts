import { payer } from '../transport/gate/account.js';
import type { Account } from '../transport/gate/account.js';

export interface RequestQueueLimits {
  /** Requests that may wait behind a running one. */
  readonly maxRequests: number;
  /** Characters of all that wait; one request of any length may. Default: no limit. */
  readonly maxLength?: number;
}

interface Waiting<T> {
  readonly request: T;
  readonly length: number;
  /** What the request is charged to. */
  readonly account: Account | undefined;
}

/** The requests of one client. They run one after the other, in the order in which they came. */
export class RequestQueue<T> {
  readonly #limits: RequestQueueLimits;
  readonly #run: (request: T) => Promise<void> | undefined;
  #running: Waiting<T> | undefined;
  #waiting: Waiting<T>[] = [];
  #waitingLength = 0;
  #whenIdle: (() => void)[] | undefined;

  /** @param run must neither throw nor reject; returns undefined for a request that is done already */
  constructor(limits: RequestQueueLimits, run: (request: T) => Promise<void> | undefined) {
    this.#limits = limits;
    this.#run = run;
  }

  /**
   * Runs the request at once when no other is running.
   * @param length of its text
   * @param account what it is charged to, when it is not served within a call of `Account.pay`
   * @returns false when no more may wait: then the request is not taken
   */
  add(request: T, length = 0, account: Account | undefined = payer()): boolean {
    if (!this.#running) {
      void this.#work({ request, length, account });
      return true;
    }
    const { maxRequests, maxLength = Infinity } = this.#limits;
    const isTooLong = this.#waiting.length > 0 && this.#waitingLength + length > maxLength;
    if (isTooLong || this.#waiting.length >= maxRequests) return false;
    this.#waiting.push({ request, length, account });
    this.#waitingLength += length;
    return true;
  }

  /** The one that runs, and those that wait. */
  get requests(): readonly T[] {
    return [...(this.#running ? [this.#running] : []), ...this.#waiting].map(({ request }) => request);
  }

  /** Resolves when none runs or waits. */
  async idle(): Promise<void> {
    if (!this.#running) return;
    await new Promise<void>((resolve) => (this.#whenIdle ??= []).push(resolve));
  }

  /** Forgets the requests that wait: the client has gone. */
  clear(): void {
    this.#waiting = [];
    this.#waitingLength = 0;
  }

  /** A request that is done at once is followed by the next one at once: nothing is awaited between them. */
  async #work(first: Waiting<T>): Promise<void> {
    for (let next: Waiting<T> | undefined = first; next; next = this.#next()) {
      this.#running = next;
      const { request, account } = next;
      const running = account ? account.pay(this.#run, request) : this.#run(request);
      if (running) await running;
    }
    this.#running = undefined;
    for (const resolve of this.#whenIdle?.splice(0) ?? []) resolve();
  }

  #next(): Waiting<T> | undefined {
    const next = this.#waiting.shift();
    this.#waitingLength -= next?.length ?? 0;
    return next;
  }
}
