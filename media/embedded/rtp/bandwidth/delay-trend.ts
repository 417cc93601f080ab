/** What the queue on the way does. */
export type QueueSign = 'grows' | 'steady' | 'shrinks';

/** Packets that were sent within so many ms are one group: senders send a picture at once. */
const groupMs = 5;
/** A longer pause, or a greater difference of the two clocks in one step, begins anew. */
const breakMs = 2000;
/** Groups through which the line is drawn. */
const points = 20;
/** Share of the former value in a smoothed delay. */
const smoothing = 0.9;
/** The slope is weighted by the number of groups, up to this one, and by a gain. */
const weightLimit = 60;
const gain = 4;
/** The threshold follows the slope, faster when it falls: a queue of others must not starve us (draft-ietf-rmcat-gcc-02 §5.4). */
const thresholds = { first: 12.5, least: 6, most: 600, rises: 0.0087, falls: 0.039, outlier: 15 };
/** The queue must have grown for so many ms. */
const patienceMs = 10;

/**
 * Whether the queue on the way of one transport grows: the difference between the times of sending and of arrival is
 * drawn as a line, whose slope is compared with a threshold that adapts. The two clocks need not agree. Times are in ms.
 */
export class DelayTrend {
  #sign: QueueSign = 'steady';
  /** First and last sending, and last arrival, of the present group; NaN: there is none. */
  #firstSent = Number.NaN;
  #lastSent = 0;
  #lastArrived = 0;
  #firstArrived = 0;
  /** The same of the group before; NaN: there is none. */
  #formerSent = Number.NaN;
  #formerArrived = 0;
  /** Of the first group. Arrivals are counted from here. */
  #origin = Number.NaN;
  #groups = 0;
  #delay = 0;
  #smoothed = 0;
  readonly #times = new Float64Array(points);
  readonly #delays = new Float64Array(points);
  #slope = 0;
  #threshold = thresholds.first;
  #comparedAt = Number.NaN;
  /** How long the slope has been above the threshold; NaN: it is not. */
  #above = Number.NaN;

  get sign(): QueueSign {
    return this.#sign;
  }

  /** A packet has come. They are told in the order of their sending; one that is late is left out. */
  arrived(sentAt: number, arrivedAt: number): void {
    if (Number.isNaN(this.#firstSent)) {
      this.#begin(sentAt, arrivedAt);
      return;
    }
    if (sentAt < this.#firstSent) return;
    if (this.#isSameGroup(sentAt, arrivedAt)) {
      this.#lastSent = Math.max(this.#lastSent, sentAt);
      this.#lastArrived = Math.max(this.#lastArrived, arrivedAt);
      return;
    }
    if (!Number.isNaN(this.#formerSent)) this.#compare();
    this.#formerSent = this.#lastSent;
    this.#formerArrived = this.#lastArrived;
    if (sentAt - this.#lastSent > breakMs || Math.abs(arrivedAt - this.#lastArrived) > 2 * breakMs) this.#forget();
    this.#begin(sentAt, arrivedAt);
  }

  #begin(sentAt: number, arrivedAt: number): void {
    this.#firstSent = this.#lastSent = sentAt;
    this.#firstArrived = this.#lastArrived = arrivedAt;
  }

  /** Those that waited in one queue and came at once are one group too. */
  #isSameGroup(sentAt: number, arrivedAt: number): boolean {
    if (sentAt - this.#firstSent <= groupMs) return true;
    const gap = arrivedAt - this.#lastArrived;
    return gap <= groupMs && gap < sentAt - this.#lastSent && arrivedAt - this.#firstArrived < 100;
  }

  #compare(): void {
    const sent = this.#lastSent - this.#formerSent;
    const came = this.#lastArrived - this.#formerArrived;
    // Groups that overtook each other say nothing of the queue.
    if (came < 0) return;
    if (Number.isNaN(this.#origin)) this.#origin = this.#lastArrived;
    this.#delay += came - sent;
    this.#smoothed = smoothing * this.#smoothed + (1 - smoothing) * this.#delay;
    const slot = this.#groups % points;
    const oldest = this.#groups < points ? Number.NEGATIVE_INFINITY : (this.#times[slot] ?? 0);
    this.#times[slot] = this.#lastArrived - this.#origin;
    this.#delays[slot] = this.#smoothed;
    this.#groups += 1;
    const former = this.#slope;
    // Over a longer time the queue has come and gone: few packets say nothing.
    const isDense = this.#lastArrived - this.#origin - oldest < breakMs;
    this.#slope = isDense && this.#groups >= points ? this.#slopeOfLine() : 0;
    this.#judge(sent, former);
  }

  /** Least squares. */
  #slopeOfLine(): number {
    let [time, delay] = [0, 0];
    for (let index = 0; index < points; index++) {
      time += (this.#times[index] ?? 0) / points;
      delay += (this.#delays[index] ?? 0) / points;
    }
    let [above, below] = [0, 0];
    for (let index = 0; index < points; index++) {
      const away = (this.#times[index] ?? 0) - time;
      above += away * ((this.#delays[index] ?? 0) - delay);
      below += away * away;
    }
    return below > 0 ? above / below : this.#slope;
  }

  #judge(sent: number, formerSlope: number): void {
    const weighted = Math.min(this.#groups, weightLimit) * this.#slope * gain;
    if (weighted > this.#threshold) {
      const first = Number.isNaN(this.#above);
      this.#above = first ? sent / 2 : this.#above + sent;
      if (!first && this.#above > patienceMs && this.#slope >= formerSlope) {
        this.#above = 0;
        this.#sign = 'grows';
      }
    } else {
      this.#above = Number.NaN;
      this.#sign = weighted < -this.#threshold ? 'shrinks' : 'steady';
    }
    this.#adapt(Math.abs(weighted));
  }

  #adapt(weighted: number): void {
    const now = this.#lastArrived;
    const elapsed = Number.isNaN(this.#comparedAt) ? 0 : Math.min(100, Math.max(0, now - this.#comparedAt));
    this.#comparedAt = now;
    // A sudden leap, of a path that changed, must not make us deaf.
    if (weighted > this.#threshold + thresholds.outlier) return;
    const speed = weighted < this.#threshold ? thresholds.falls : thresholds.rises;
    const next = this.#threshold + Math.min(1, speed * elapsed) * (weighted - this.#threshold);
    this.#threshold = Math.min(thresholds.most, Math.max(thresholds.least, next));
  }

  /** What was measured before says nothing of what comes. */
  #forget(): void {
    this.#sign = 'steady';
    this.#formerSent = Number.NaN;
    this.#origin = this.#comparedAt = this.#above = Number.NaN;
    this.#groups = this.#delay = this.#smoothed = this.#slope = 0;
    this.#threshold = thresholds.first;
  }
}
