import type { SenderReport } from '../rtp/rtcp.js';

/** A timestamp this far from the time its packet came at, in ms, begins to count anew. */
const farOff = 10_000;

/** RTP timestamps of one stream as ms of the engine's clock. */
export class MediaClock {
  readonly #rate: number;
  #anchor: { readonly timestamp: number; readonly time: number } | undefined;
  #report: { readonly timestamp: number; readonly wallTime: number } | undefined;
  /** Put on top of every time, for lips to move with the sound. */
  shift = 0;

  constructor(rate: number) {
    this.#rate = rate;
  }

  timeOf(timestamp: number, now: number): number {
    const time = this.#timeOf(timestamp);
    if (time !== undefined && Math.abs(time - now) < farOff) return time + this.shift;
    this.#anchor = { timestamp, time: now };
    this.shift = 0;
    return now;
  }

  /** RFC 3550 §6.4.1 */
  reported({ timestamp, ntpHigh, ntpLow }: SenderReport): void {
    this.#report = { timestamp, wallTime: ntpHigh * 1000 + (ntpLow * 1000) / 2 ** 32 };
  }

  /** Ms from the engine's clock to that of the sender, when it has told. */
  get toSender(): number | undefined {
    const time = this.#report && this.#timeOf(this.#report.timestamp);
    return this.#report && time !== undefined ? this.#report.wallTime - time : undefined;
  }

  #timeOf(timestamp: number): number | undefined {
    const anchor = this.#anchor;
    if (!anchor) return undefined;
    return anchor.time + (((timestamp - anchor.timestamp) | 0) * 1000) / this.#rate;
  }
}
