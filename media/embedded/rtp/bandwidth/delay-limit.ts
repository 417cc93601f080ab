import type { QueueSign } from './delay-trend.js';

/** Share of what came that is sent on when the queue grows. */
const cut = 0.85;
/** In bit/s. It never falls below. */
const least = 10_000;
/** Growth of a second while the limit of the path is not known. */
const growth = 1.08;
/** No more than this multiple of what comes is promised: what was never sent was never tried. */
const untried = 1.5;
const untriedBits = 10_000;
/** Where a limit of the path is known, growth needs that this share of the bitrate comes: it must have been tried. */
const used = 0.8;
/** A sender that sends less than this share of what comes has made way already. */
const madeWay = 0.8;
/** A cut empties the queue first. What comes meanwhile is no sign of more room. */
const drainMs = 1000;
/** Weight of a new figure in the mean of what came when the queue grew. */
const weight = 0.05;
/** Bounds of its spread, as a share of the root of the mean; figures in kbit/s. */
const spread = { least: 0.4, most: 2.5 };

/** What has been observed since the last time. */
export interface Observation {
  readonly sign: QueueSign;
  /** What has come of late, in bit/s; undefined: too little to tell. */
  readonly delivered: number | undefined;
  /** What has been sent of late, in bit/s; undefined: too little to tell. */
  readonly sent: number | undefined;
  /** From sending a packet to hearing of it, in ms. */
  readonly responseMs: number;
}

/**
 * A bitrate that grows while the queue does not, and falls below what comes through when it does. Near the rate at
 * which the queue grew before, it grows by little (draft-ietf-rmcat-gcc-02 §5.5). Times are in ms.
 */
export class DelayLimit {
  #bitrate: number;
  /** Mean of what came when the queue grew, in kbit/s, and its spread; undefined: the limit of the path is not known. */
  #mean: number | undefined;
  #spread = spread.least;
  #changedAt = Number.NaN;
  #cutAt = Number.NEGATIVE_INFINITY;
  #holds = false;

  constructor(bitrate: number) {
    this.#bitrate = bitrate;
  }

  /** In bit/s. */
  get bitrate(): number {
    return this.#bitrate;
  }

  /** When it was cut last; minus infinity: never. */
  get cutAt(): number {
    return this.#cutAt;
  }

  observe(observation: Observation, now: number): void {
    const elapsed = Number.isNaN(this.#changedAt) ? 0 : Math.min(1000, now - this.#changedAt);
    this.#changedAt = now;
    const { sign, delivered, sent = Number.POSITIVE_INFINITY } = observation;
    if (sign === 'grows') {
      this.#holds = true;
      if (delivered !== undefined && sent > madeWay * delivered) this.#cut(delivered, observation.responseMs, now);
      return;
    }
    // A queue that was made gets shorter first.
    if (sign === 'shrinks') this.#holds = true;
    else if (this.#holds) this.#holds = false;
    else this.#grow(elapsed, observation, now);
  }

  /** The path was tried and has taken this, in bit/s. */
  raise(bitrate: number): void {
    this.#bitrate = Math.max(this.#bitrate, bitrate);
    if (this.#mean !== undefined && bitrate / 1000 > this.#upper(this.#mean)) this.#mean = undefined;
  }

  /** The path takes no more than this, in bit/s. */
  lower(delivered: number, now: number): void {
    const cutTo = Math.max(least, cut * delivered);
    if (cutTo >= this.#bitrate) return;
    this.#cutAt = now;
    this.#bitrate = cutTo;
    this.#learn(delivered / 1000);
  }

  #cut(delivered: number, responseMs: number, now: number): void {
    const pause = Math.min(200, Math.max(10, responseMs));
    if (now - this.#cutAt >= pause || delivered <= 0.5 * this.#bitrate) this.lower(delivered, now);
  }

  #learn(rate: number): void {
    const mean = this.#mean;
    if (mean === undefined || rate < mean - 3 * this.#deviation(mean)) {
      this.#mean = rate;
      this.#spread = spread.least;
      return;
    }
    this.#mean = (1 - weight) * mean + weight * rate;
    const error = (this.#mean - rate) ** 2 / Math.max(1, this.#mean);
    const next = (1 - weight) * this.#spread + weight * error;
    this.#spread = Math.min(spread.most, Math.max(spread.least, next));
  }

  #grow(elapsed: number, { delivered, responseMs }: Observation, now: number): void {
    if (delivered !== undefined && this.#mean !== undefined && delivered / 1000 > this.#upper(this.#mean)) {
      this.#mean = undefined;
    }
    if (this.#mean !== undefined && delivered !== undefined && delivered < used * this.#bitrate) return;
    const more =
      this.#mean === undefined ? this.#bitrate * (growth ** (elapsed / 1000) - 1) : this.#little(responseMs, elapsed);
    const tried = delivered === undefined ? this.#bitrate : untried * delivered + untriedBits;
    const grown = Math.min(this.#bitrate + more, Math.max(tried, this.#bitrate));
    // What comes through without a queue is shown to fit.
    const shown = delivered !== undefined && now - this.#cutAt > drainMs ? delivered : 0;
    this.#bitrate = Math.max(grown, shown);
  }

  /** A packet more in each time that it takes to hear of it. */
  #little(responseMs: number, elapsed: number): number {
    const picture = this.#bitrate / 30;
    const packet = picture / Math.ceil(picture / 9600);
    return (Math.max(4000, (packet * 1000) / (responseMs + 100)) * elapsed) / 1000;
  }

  #upper(mean: number): number {
    return mean + 3 * this.#deviation(mean);
  }

  #deviation(mean: number): number {
    return Math.sqrt(this.#spread * mean);
  }
}
