import type { Clock } from './clock.js';

/** A room is listed anew so often at most, in ms. */
const everyMs = 1_000;

/** What lists say of a room: written at once the first time, then once a second at most. */
export class RoomSummary {
  readonly #clock: Pick<Clock, 'now' | 'later'>;
  readonly #onDue: () => void;
  #written: string | undefined;
  /** Set when something has changed since it was made. */
  #make: (() => string | undefined) | undefined;
  #next: string | undefined;
  #madeAt = Number.NEGATIVE_INFINITY;
  #stop: (() => void) | undefined;

  /** @param onDue called when there is one to be written now. @param written what lists have of a former owner */
  constructor(clock: Pick<Clock, 'now' | 'later'>, onDue: () => void, written?: string) {
    this.#clock = clock;
    this.#onDue = onDue;
    this.#written = written;
  }

  /** What was written last. */
  get written(): string | undefined {
    return this.#written;
  }

  get isDue(): boolean {
    this.#look();
    return this.#next !== undefined;
  }

  /**
   * @param make called when it can be written, so that many changes of a large room cost as much as one. Undefined: nothing is listed
   * @param withinMs so long it may wait for something else to be written
   */
  change(make: () => string | undefined, withinMs = 0): void {
    this.#make = make;
    const ms = Math.max(this.#wait, withinMs);
    if (ms <= 0) this.#onDue();
    else {
      this.#stop ??= this.#clock.later(ms, () => {
        this.#stop = undefined;
        // Timers may be early by a part of a millisecond.
        this.#madeAt = Number.NEGATIVE_INFINITY;
        this.#onDue();
      });
    }
  }

  /** The one that is due counts as written then. Undefined when none is due. */
  take(): string | undefined {
    this.#look();
    const next = this.#next;
    this.#next = undefined;
    if (next !== undefined) this.#written = next;
    return next;
  }

  close(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  get #wait(): number {
    return this.#madeAt + everyMs - this.#clock.now();
  }

  #look(): void {
    if (!this.#make || this.#wait > 0) return;
    const text = this.#make();
    this.#make = undefined;
    if (text === undefined) return;
    this.#madeAt = this.#clock.now();
    this.close();
    this.#next = text === this.#written ? undefined : text;
  }
}
