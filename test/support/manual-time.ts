import type { Later } from '../../media/spread/relay.js';

/** Time that passes when a test says so. */
export class ManualTime {
  readonly #waiting = new Map<symbol, { readonly ms: number; readonly run: () => void }>();

  readonly later: Later = (ms, run) => {
    const key = Symbol();
    this.#waiting.set(key, { ms, run });
    return () => this.#waiting.delete(key);
  };

  /** What is waited for, in ms. */
  get waits(): number[] {
    return [...this.#waiting.values()].map(({ ms }) => ms);
  }

  /** Everything that is waited for happens. */
  pass(): void {
    for (const [key, { run }] of [...this.#waiting]) {
      this.#waiting.delete(key);
      run();
    }
  }
}
