const defaultIntervalMs = 20_000;
const minIntervalMs = 500;
const maxIntervalMs = 600_000;
const missedIntervals = 3;

/**
 * Notices that a client has sent no ping for three of the intervals that it announced
 * (docs/protocols/kurento-room.md#14-ping).
 */
export class Watchdog {
  readonly #patienceMs: number;
  readonly #onSilence: () => void;
  #timer: NodeJS.Timeout;

  /** @param onSilence called once, unless the watchdog is stopped before */
  constructor(intervalMs: number | undefined, onSilence: () => void) {
    const asked = intervalMs !== undefined && Number.isFinite(intervalMs) ? intervalMs : defaultIntervalMs;
    this.#patienceMs = missedIntervals * Math.min(Math.max(asked, minIntervalMs), maxIntervalMs);
    this.#onSilence = onSilence;
    this.#timer = this.#wait();
  }

  pinged(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#wait();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #wait(): NodeJS.Timeout {
    return setTimeout(this.#onSilence, this.#patienceMs).unref();
  }
}
