import type { Clock } from './clock.js';

/** Calls something once, at the earliest of the moments that it was set to. */
export class Alarm {
  readonly #clock: Pick<Clock, 'now' | 'later'>;
  readonly #ring: () => void;
  #at = Infinity;
  #stop: (() => void) | undefined;

  constructor(clock: Pick<Clock, 'now' | 'later'>, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  within(ms: number): void {
    const at = this.#clock.now() + ms;
    if (at >= this.#at) return;
    this.off();
    this.#at = at;
    this.#stop = this.#clock.later(ms, () => {
      this.off();
      this.#ring();
    });
  }

  /** It is not called, unless it is set again. */
  off(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#at = Infinity;
  }
}
