import type { SenderReport } from '../rtp/rtcp.js';

/** In ms. A timestamp that is further from the arrival of its packet starts a new anchor. */
const farOff = 10_000;

/** Converts the RTP timestamps of one stream to ms of the engine's clock. */
export class MediaClock {
  readonly #rate: number;
  #anchor: { readonly timestamp: number; readonly time: number } | undefined;
  #report: { readonly timestamp: number; readonly wallTime: number } | undefined;
  /** In ms, added to every time: lips move with the sound. */
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

  /** Takes the wall time of the sender from its report (RFC 3550 §6.4.1). */
  reported({ timestamp, ntpHigh, ntpLow }: SenderReport): void {
    this.#report = { timestamp, wallTime: ntpHigh * 1000 + (ntpLow * 1000) / 2 ** 32 };
  }

  /** Ms to add to the engine's clock to get the sender's; undefined before its first report. */
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
