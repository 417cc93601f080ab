const tickMs = 10;

/**
 * Spreads out what a media server is asked when many things are taken over at once, so that calls of people get through in between.
 * While it is paused nobody's turn comes.
 */
export class Pace {
  readonly #perTick: number;
  readonly #urgent: (() => void)[] = [];
  readonly #later: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #runs = false;

  /** @param perSecond calls, at least 100 */
  constructor(perSecond: number) {
    this.#perTick = Math.floor((perSecond * tickMs) / 1000);
  }

  /** Resolves when one call may be sent: urgent ones first, otherwise in order. */
  turn(urgency: 'urgent' | 'later'): Promise<void> {
    return new Promise((resolve) => {
      (urgency === 'urgent' ? this.#urgent : this.#later).push(resolve);
      if (this.#runs) this.#timer ??= setTimeout(this.#tick, 0);
    });
  }

  resume(): void {
    this.#runs = true;
    this.#timer ??= setTimeout(this.#tick, 0);
  }

  pause(): void {
    this.#runs = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  readonly #tick = (): void => {
    for (let count = 0; count < this.#perTick; count += 1) {
      const next = this.#urgent.shift() ?? this.#later.shift();
      if (!next) break;
      next();
    }
    this.#timer = this.#urgent.length + this.#later.length > 0 ? setTimeout(this.#tick, tickMs) : undefined;
  };
}
