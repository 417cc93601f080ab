const defaultIntervalMs = 20_000;
const minIntervalMs = 500;
const maxIntervalMs = 600_000;
const missedIntervals = 3;

/** Bites when it is not fed for three of the intervals the client announced (Kurento Room §1.4). */
export class Watchdog {
  readonly #timer: NodeJS.Timeout;

  constructor(intervalMs: number | undefined, bite: () => void) {
    const asked = intervalMs !== undefined && Number.isFinite(intervalMs) ? intervalMs : defaultIntervalMs;
    const interval = Math.min(Math.max(asked, minIntervalMs), maxIntervalMs);
    this.#timer = setTimeout(bite, interval * missedIntervals).unref();
  }

  feed(): void {
    this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
