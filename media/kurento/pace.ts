const tickMs = 10;
/** At a time. Other calls wait behind them. */
const mostUnderWay = 20;

export type Urgency = 'urgent' | 'later';

/**
 * Spreads out what a media server is asked when many things are taken over at once, so that calls of people get through in between.
 * While it is paused no call is begun.
 */
export class Pace {
  readonly #perTick: number;
  readonly #waiting: Record<Urgency, (() => void)[]> = { urgent: [], later: [] };
  #underWay = 0;
  #timer: NodeJS.Timeout | undefined;
  #runs = false;

  /** @param perSecond calls, at least 100 */
  constructor(perSecond: number) {
    this.#perTick = Math.floor((perSecond * tickMs) / 1000);
  }

  /** Settles as `call` does, which is made when its turn has come: urgent ones first, otherwise in order. */
  async run<T>(urgency: Urgency, call: () => Promise<T>): Promise<T> {
    await new Promise<void>((resolve) => {
      this.#waiting[urgency].push(resolve);
      if (this.#runs) this.#timer ??= setTimeout(this.#tick, 0);
    });
    try {
      return await call();
    } finally {
      this.#underWay -= 1;
    }
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
    const { urgent, later } = this.#waiting;
    for (let begun = 0; begun < this.#perTick && this.#underWay < mostUnderWay; begun += 1) {
      const next = urgent.shift() ?? later.shift();
      if (!next) break;
      this.#underWay += 1;
      next();
    }
    this.#timer = urgent.length + later.length > 0 ? setTimeout(this.#tick, tickMs) : undefined;
  };
}
