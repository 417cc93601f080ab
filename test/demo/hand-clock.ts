import type { Clock } from '../../demo/model/clock.js';

/** A clock that a test turns. */
export class HandClock implements Clock {
  #now = 0;
  #due: { readonly at: number; readonly then: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  later(ms: number, then: () => void): () => void {
    const entry = { at: this.#now + ms, then };
    this.#due.push(entry);
    return () => (this.#due = this.#due.filter((each) => each !== entry));
  }

  turn(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#due.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
      if (!next) break;
      this.#now = next.at;
      this.#due = this.#due.filter((each) => each !== next);
      next.then();
    }
    this.#now = end;
  }

  get waits(): number {
    return this.#due.length;
  }
}
