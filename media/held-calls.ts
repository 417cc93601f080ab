import { MediaError } from './errors.js';

/** When calls may be made, and how long they wait for that. */
export interface CallRule {
  readonly isUp: boolean;
  /** In ms. */
  readonly waitMs: number;
  readonly clock: {
    /** @returns a function that cancels the call */
    later(ms: number, run: () => void): () => void;
  };
}

/** Calls of a room to its media server. Those that come while this node may not act wait, and are made in their order. */
export class HeldCalls {
  readonly #rule: CallRule;
  readonly #held = new Set<HeldCall>();

  constructor(rule: CallRule) {
    this.#rule = rule;
  }

  /**
   * @param call looks first whether it is still wanted
   * @throws MediaError `unavailable` when this node may not act for `waitMs`
   */
  make<T>(call: () => Promise<T>): Promise<T> {
    if (this.#rule.isUp && this.#held.size === 0) return call();
    return new Promise<T>((resolve, reject) => {
      const held: HeldCall = {
        make: () => {
          // What the call throws is a rejection too.
          resolve((async () => call())());
        },
        refuse: reject,
        stop: this.#rule.clock.later(this.#rule.waitMs, () => {
          this.#held.delete(held);
          reject(new MediaError('unavailable', 'This node waits until it knows what is its own'));
        }),
      };
      this.#held.add(held);
    });
  }

  /** This node may act again. */
  goOn(): void {
    for (const held of this.#held) {
      if (!this.#rule.isUp) return;
      this.#take(held);
      held.make();
    }
  }

  refuse(why: MediaError): void {
    for (const held of this.#held) {
      this.#take(held);
      held.refuse(why);
    }
  }

  #take(held: HeldCall): void {
    this.#held.delete(held);
    held.stop();
  }
}

interface HeldCall {
  make(): void;
  refuse(why: MediaError): void;
  stop(): void;
}
