const defaultIntervalMs = 20_000;
const minIntervalMs = 500;
const maxIntervalMs = 600_000;
const missedIntervals = 3;

/** Notices that a client has sent no ping for three of the intervals that it announced (Kurento Room §1.4). */
export class Watchdog {
  readonly #timer: NodeJS.Timeout;

  /** @param onSilence called once, unless the watchdog is stopped before */
  constructor(intervalMs: number | undefined, onSilence: () => void) {
    const asked = intervalMs !== undefined && Number.isFinite(intervalMs) ? intervalMs : defaultIntervalMs;
    const interval = Math.min(Math.max(asked, minIntervalMs), maxIntervalMs);
    this.#timer = setTimeout(onSilence, interval * missedIntervals).unref();
  }

  pinged(): void {
    this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
