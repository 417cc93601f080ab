import { Patience } from '../../transport/gate/patience.js';

const defaultIntervalMs = 20_000;
const minIntervalMs = 500;
const maxIntervalMs = 600_000;
const missedIntervals = 3;

/** How long a client may send no ping, in ms. @param intervalMs as the client announced it, if it did */
export function silenceMs(intervalMs: number | undefined): number {
  const asked = intervalMs !== undefined && Number.isFinite(intervalMs) ? intervalMs : defaultIntervalMs;
  return missedIntervals * Math.min(Math.max(asked, minIntervalMs), maxIntervalMs);
}

/**
 * Notices that a client has sent no ping for three of the intervals that it announced
 * (docs/protocols/kurento-room.md#14-ping).
 */
export class Watchdog {
  readonly #patience: Patience;

  /** @param onSilence called once, unless the watchdog is stopped before */
  constructor(intervalMs: number | undefined, onSilence: () => void) {
    this.#patience = new Patience(silenceMs(intervalMs), onSilence);
  }

  pinged(): void {
    this.#patience.again();
  }

  stop(): void {
    this.#patience.stop();
  }
}
