import type { Log } from '../log.js';
import type { Rooms, Stopping } from '../rooms/index.js';

/** How a server is to end. */
export interface DrainWish {
  /** The longest that people may stay, in ms. Default: as the configuration says. */
  readonly ms?: number | undefined;
  /** Whether clients are told to come back. Default: true. */
  readonly comeBack?: boolean | undefined;
  /** For people: why. */
  readonly reason?: string | undefined;
}

/** What is told of a server that is about to end. */
export interface Drain {
  /** When it ends at the latest, counted from now, in ms. */
  readonly inMs: number;
  readonly comeBack: boolean;
}

type DrainedRooms = Pick<Rooms, 'areEmpty' | 'announceStop' | 'endAt'>;

export interface DrainingOptions {
  /** How long people may stay where nobody says otherwise, in ms. */
  readonly defaultMs: () => number;
  /** Ends the server. Called at most once. */
  readonly over: (comeBack: boolean) => void;
  /** The time in ms since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

/** When clients are told once more, in ms before the end. */
const lastCallMs = 5_000;
/** How often it is looked whether everybody has left, in ms. */
const everyMs = 250;

/**
 * The time before a server ends: it opens no rooms, and clients should be sent to another one, but people in its rooms may finish. It is
 * over when nobody is in a room any more, or after a while.
 */
export class Draining {
  readonly #rooms: DrainedRooms;
  readonly #options: DrainingOptions;
  #wish: Omit<Stopping, 'inMs'> | undefined;
  #endsAt = 0;
  #isLastCall = false;
  #isOver = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(rooms: DrainedRooms, options: DrainingOptions) {
    this.#rooms = rooms;
    this.#options = options;
  }

  /** Until it is taken back. */
  get isUnderWay(): boolean {
    return this.#wish !== undefined;
  }

  /** Begins, or goes on in another way, unless the server ends already. */
  begin({ ms = this.#options.defaultMs(), comeBack = true, reason }: DrainWish = {}): Drain {
    if (this.#isOver) return { inMs: this.#leftMs, comeBack: this.#wish?.comeBack ?? comeBack };
    this.#wish = { comeBack, reason };
    this.#endsAt = this.#options.now() + ms;
    this.#isLastCall = ms <= lastCallMs;
    this.#rooms.endAt(this.#endsAt);
    this.#options.log.info('the server is about to end', { inMs: ms, comeBack, reason });
    // All are told the same, however long it takes to tell them.
    if (ms > 0) this.#announce(ms);
    clearInterval(this.#timer);
    this.#timer = setInterval(() => {
      this.#look();
    }, everyMs);
    // The client that asks for it is answered first.
    setImmediate(() => {
      this.#look();
    });
    return { inMs: ms, comeBack };
  }

  /** Whether it was under way, and the server does not end. False when it is too late. */
  takeBack(): boolean {
    if (!this.#wish || this.#isOver) return false;
    this.close();
    this.#wish = undefined;
    this.#rooms.endAt(undefined);
    this.#options.log.info('the server goes on');
    return true;
  }

  /** Waits no longer for those who are there. @returns false when it is over already, or not under way */
  hurry(): boolean {
    if (!this.#wish || this.#isOver) return false;
    this.#isOver = true;
    this.close();
    this.#options.over(this.#wish.comeBack);
    return true;
  }

  /** Ends its timer. */
  close(): void {
    clearInterval(this.#timer);
  }

  get #leftMs(): number {
    return Math.max(0, Math.ceil(this.#endsAt - this.#options.now()));
  }

  #look(): void {
    if (!this.#wish || this.#isOver) return;
    if (this.#rooms.areEmpty || this.#leftMs === 0) {
      this.hurry();
      return;
    }
    if (this.#isLastCall || this.#leftMs > lastCallMs) return;
    this.#isLastCall = true;
    this.#announce(this.#leftMs);
  }

  #announce(inMs: number): void {
    if (this.#wish) this.#rooms.announceStop({ inMs, ...this.#wish });
  }
}
