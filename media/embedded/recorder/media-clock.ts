import type { SenderReport } from '../rtp/rtcp.js';

/** In ms. A timestamp that is further from the arrival of its packet starts a new anchor. */
const farOff = 10_000;
/** In ms. So long after its first packet a clock is set at once, by the packet that was on its way for the shortest time. */
const settlingMs = 500;
/** In ms. Later it follows in steps, one in each such time. */
const windowMs = 5000;
/**
 * In ms for each step. A packet that is early shows that the clock is late, since none arrives before it is sent. When all are late, they
 * may wait somewhere on their way, or the clock of the sender is slow: by 200 millionths at most.
 */
const mostBack = 50;
const mostAhead = 1;

interface Anchor {
  readonly timestamp: number;
  readonly time: number;
}

/**
 * Converts the RTP timestamps of one stream to ms of the engine's clock: the time at which a packet arrives that does not wait on its way.
 * A program that is busy reads packets late, and those that it reads next show by how much.
 */
export class MediaClock {
  readonly #rate: number;
  #anchor: Anchor | undefined;
  /** When its first packet came. */
  #began = 0;
  #window = { began: 0, least: Number.POSITIVE_INFINITY };
  #report: { readonly timestamp: number; readonly wallTime: number } | undefined;
  /** In ms, added to every time: lips move with the sound. */
  shift = 0;

  constructor(rate: number) {
    this.#rate = rate;
  }

  /** Takes the arrival of a packet. */
  arrived(timestamp: number, now: number): void {
    const time = this.#timeOf(timestamp);
    if (time === undefined || Math.abs(now - time) > farOff) {
      this.#begin(timestamp, now);
      return;
    }
    const late = now - time;
    if (now - this.#began < settlingMs) {
      if (late < 0) this.#move(late);
    } else this.#follow(late, now);
  }

  /** Whether it is set. */
  isSettled(now: number): boolean {
    return now - this.#began >= settlingMs;
  }

  /** @param arrivedAt counts when the timestamp is one of another anchor */
  timeOf(timestamp: number, arrivedAt: number): number {
    const time = this.#timeOf(timestamp);
    return time === undefined || Math.abs(time - arrivedAt) > farOff ? arrivedAt : time + this.shift;
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

  #begin(timestamp: number, now: number): void {
    this.#anchor = { timestamp, time: now };
    this.#began = now;
    this.#window = { began: now, least: Number.POSITIVE_INFINITY };
    this.shift = 0;
  }

  #follow(late: number, now: number): void {
    const window = this.#window;
    window.least = Math.min(window.least, late);
    if (now - window.began < windowMs) return;
    this.#move(Math.max(-mostBack, Math.min(mostAhead, window.least)));
    this.#window = { began: now, least: Number.POSITIVE_INFINITY };
  }

  #move(ms: number): void {
    if (this.#anchor) this.#anchor = { ...this.#anchor, time: this.#anchor.time + ms };
  }

  #timeOf(timestamp: number): number | undefined {
    const anchor = this.#anchor;
    if (!anchor) return undefined;
    return anchor.time + (((timestamp - anchor.timestamp) | 0) * 1000) / this.#rate;
  }
}
