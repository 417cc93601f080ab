import type { Arrivals } from '../arrivals.js';
import { DelayTrend } from './delay-trend.js';
import { DeliveredRate } from './delivered-rate.js';
import { SentPackets } from './sent-packets.js';

/** The receiver's clock begins anew after so many ms: its time has 24 bits of 64 ms each. */
const clockWrap = 2 ** 24 * 64;
/** What was told longer ago, in ms, is not how it is now. */
const freshMs = 1000;

/** A run of packets whose arrivals are measured. */
interface Measured {
  readonly from: number;
  /** Infinity: the last one has not left. */
  to: number;
  count: number;
  bytes: number;
  firstAt: number;
  lastAt: number;
}

/** One transport to a receiver: what has left, and what the receiver has told of it. Times are in ms. */
export class OutgoingPath {
  readonly #sent = new SentPackets();
  readonly #trend = new DelayTrend();
  readonly #delivered = new DeliveredRate();
  readonly #repeat: ((bytes: number, now: number) => void) | undefined;
  #toldAt = Number.NEGATIVE_INFINITY;
  /** Added to the receiver's clock, so that it never goes back to zero. */
  #wraps = clockWrap;
  #lastTime = Number.NaN;
  #measured: Measured | undefined;
  /** Packets since the start that the receiver has told of. */
  readonly counts = { came: 0, lost: 0 };
  /** Bytes since the start. */
  sentBytes = 0;
  /** From the sending of the last packet that came to the message that told so. */
  responseMs = 0;

  /** @param repeat sends about so many bytes of what was sent already, which the receiver throws away; undefined: it takes none */
  constructor(repeat?: (bytes: number, now: number) => void) {
    this.#repeat = repeat;
  }

  /** Number of the packet that leaves next. Its lowest 16 bits are in the packet. */
  get next(): number {
    return this.#sent.next;
  }

  /** The packet with the number `next` has left. */
  sent(bytes: number, now: number): void {
    this.#sent.add(bytes, now);
    this.sentBytes += bytes;
  }

  get canRepeat(): boolean {
    return this.#repeat !== undefined;
  }

  repeat(bytes: number, now: number): void {
    this.#repeat?.(bytes, now);
  }

  /** Takes what the receiver tells. False when it is nothing new. */
  told({ base, times }: Arrivals, now: number): boolean {
    let isNew = false;
    for (let index = 0; index < times.length; index++) {
      const number = this.#sent.find((base + index) & 0xffff);
      if (number === -1) continue;
      const time = times[index] ?? Number.NaN;
      const news = Number.isNaN(time) ? this.#missed(number) : this.#came(number, this.#unwrapped(time), now);
      isNew ||= news;
    }
    if (isNew) this.#toldAt = now;
    return isNew;
  }

  /** True when the receiver has told something lately. */
  isFresh(now: number): boolean {
    return now - this.#toldAt < freshMs;
  }

  /** True when the queue on the way grows or shrinks. */
  get sign(): DelayTrend['sign'] {
    return this.#trend.sign;
  }

  /** What has come in the last half second, in bit/s; undefined: too little to tell. */
  get delivered(): number | undefined {
    return this.#delivered.bitrate;
  }

  /** Measures how fast the packets come that leave from now on. */
  beginMeasuring(): void {
    const first = { count: 0, bytes: 0, firstAt: Number.POSITIVE_INFINITY, lastAt: 0 };
    this.#measured = { from: this.next, to: Number.POSITIVE_INFINITY, ...first };
  }

  /** The packet that leaves next is the last one that is measured. */
  endMeasuring(): void {
    if (this.#measured) this.#measured.to = this.next;
  }

  /** The rate at which what is measured has come, in bit/s; undefined: too little of it has come. */
  get measuredRate(): number | undefined {
    if (!this.#measured) return undefined;
    const { from, to, count, bytes, firstAt, lastAt } = this.#measured;
    const span = lastAt - firstAt;
    // The first packet only begins the time.
    if (count < 0.8 * (to - from + 1) || count < 3 || span <= 0) return undefined;
    return (((bytes - this.#sent.sizeOf(from)) * 8) / span) * 1000;
  }

  /** Everything that is measured has come. */
  get isMeasured(): boolean {
    if (!this.#measured) return false;
    const { from, to, count } = this.#measured;
    return count === to - from + 1;
  }

  #missed(number: number): boolean {
    if (!this.#sent.missed(number)) return false;
    this.counts.lost += 1;
    return true;
  }

  #came(number: number, time: number, now: number): boolean {
    const wasMissed = this.#sent.wasMissed(number);
    if (!this.#sent.came(number)) return false;
    this.counts.came += 1;
    if (wasMissed) this.counts.lost -= 1;
    const [sentAt, bytes] = [this.#sent.timeOf(number), this.#sent.sizeOf(number)];
    this.responseMs = Math.max(0, now - sentAt);
    this.#delivered.add(bytes, time);
    this.#trend.arrived(sentAt, time);
    const measured = this.#measured;
    if (measured && number >= measured.from && number <= measured.to) {
      measured.count += 1;
      measured.bytes += bytes;
      measured.firstAt = Math.min(measured.firstAt, time);
      measured.lastAt = Math.max(measured.lastAt, time);
    }
    return true;
  }

  #unwrapped(time: number): number {
    if (this.#lastTime - time > clockWrap / 2) this.#wraps += clockWrap;
    this.#lastTime = time;
    return time + this.#wraps;
  }
}
