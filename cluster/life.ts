import type { Clock } from './clock.js';

/**
 * When Redis last answered a heartbeat: the right of a node to act ends two thirds of a lease later, unless it answers again. A heartbeat
 * counts as answered as long as this node was too busy to read the answer.
 */
export class Life {
  readonly #clock: Pick<Clock, 'now' | 'wall'>;
  readonly #ms: number;
  #answered: Moment | undefined;
  /** Of the last heartbeat whose answer may be there already. */
  #unread: Moment | undefined;
  #isSilent = false;

  constructor(clock: Pick<Clock, 'now' | 'wall'>, leaseMs: number) {
    this.#clock = clock;
    this.#ms = (leaseMs * 2) / 3;
  }

  get moment(): Moment {
    return { now: this.#clock.now(), wall: this.#clock.wall() };
  }

  /** @param sent when a heartbeat was sent, just now */
  asked(sent: Moment): void {
    if (!this.#isSilent) this.#unread = sent;
  }

  /** @param sent when the heartbeat was sent, which Redis has answered */
  answered(sent: Moment): void {
    this.#isSilent = false;
    this.#answered = sent;
  }

  /** This node has read all that came, and a heartbeat was not answered in time. */
  silent(): void {
    this.#isSilent = true;
    this.#unread = undefined;
  }

  end(): void {
    this.#answered = undefined;
    this.#unread = undefined;
  }

  get isOver(): boolean {
    return [this.#answered, this.#unread].every((moment) => moment === undefined || this.isOlder(moment));
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
