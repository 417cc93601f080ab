import type { Clock } from './clock.js';

/** A room is listed anew so often at most, in ms. */
const everyMs = 1_000;

/** What lists say of a room: written at once the first time, then once a second at most. */
export class RoomSummary {
  readonly #clock: Pick<Clock, 'now' | 'later'>;
  readonly #onDue: () => void;
  #written: string | undefined;
  #next: string | undefined;
  #writtenAt = Number.NEGATIVE_INFINITY;
  #stop: (() => void) | undefined;

  /** @param onDue called when there is one to be written now */
  constructor(clock: Pick<Clock, 'now' | 'later'>, onDue: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** What was written last. */
  get written(): string | undefined {
    return this.#written;
  }

  get isDue(): boolean {
    return this.#next !== undefined && this.#wait <= 0;
  }

  change(text: string): void {
    if ((this.#next ?? this.#written) === text) return;
    this.#next = text;
    if (this.#wait <= 0) this.#onDue();
    else {
      this.#stop ??= this.#clock.later(this.#wait, () => {
        this.#stop = undefined;
        this.#onDue();
      });
    }
  }

  /** The one that is due counts as written then. Undefined when none is due. */
  take(): string | undefined {
    if (!this.isDue) return undefined;
    this.#written = this.#next;
    this.#next = undefined;
    this.#writtenAt = this.#clock.now();
    this.close();
    return this.#written;
  }

  close(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  get #wait(): number {
    return this.#writtenAt + everyMs - this.#clock.now();
  }
}
