import type { Clock } from './clock.js';

/** How long somebody may wait until this node may act, in ms. A node that was busy may act again sooner. */
const waitMs = 3_000;

/** Those that came while this node may not act: it does not know what is its own. */
export class OnceUp {
  readonly #clock: Pick<Clock, 'later'>;
  readonly #waiting = new Set<() => void>();

  constructor(clock: Pick<Clock, 'later'>) {
    this.#clock = clock;
  }

  /** Resolves when the node may act again, in the order of the calls, or after 3 s. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        stop();
        this.#waiting.delete(go);
        resolve();
      };
      const stop = this.#clock.later(waitMs, go);
      this.#waiting.add(go);
    });
  }

  /** The node may act again, or has ended: nobody waits any longer. */
  up(): void {
    for (const go of [...this.#waiting]) go();
  }
}
