import type { Clock } from './clock.js';

/** When Redis last answered a heartbeat: the right of a node to act ends two thirds of a lease later, unless it answers again. */
export class Life {
  readonly #clock: Pick<Clock, 'now' | 'wall'>;
  readonly #ms: number;
  #answered: Moment | undefined;

  constructor(clock: Pick<Clock, 'now' | 'wall'>, leaseMs: number) {
    this.#clock = clock;
    this.#ms = (leaseMs * 2) / 3;
  }

  get moment(): Moment {
    return { now: this.#clock.now(), wall: this.#clock.wall() };
  }

  /** @param sent when the heartbeat was sent, which Redis has answered */
  answered(sent: Moment): void {
    this.#answered = sent;
  }

  end(): void {
    this.#answered = undefined;
  }

  get isOver(): boolean {
    return this.#answered === undefined || this.isOlder(this.#answered);
  }

  /** Whether two thirds of a lease have passed, by the clock that went further: one of them stands still while a machine sleeps. */
  isOlder({ now, wall }: Moment): boolean {
    return Math.max(this.#clock.now() - now, this.#clock.wall() - wall) >= this.#ms;
  }
}

export interface Moment {
  readonly now: number;
  readonly wall: number;
}
