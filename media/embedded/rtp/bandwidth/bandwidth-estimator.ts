import { DelayLimit } from './delay-limit.js';
import type { QueueSign } from './delay-trend.js';
import { LossLimit } from './loss-limit.js';
import type { OutgoingPath } from './outgoing-path.js';
import { Probe } from './probe.js';
import { SentRate } from './sent-rate.js';

/** In bit/s. Before anything is known; and the bounds of an estimate. */
const first = 300_000;
const least = 30_000;
const most = 100_000_000;
/** A bitrate that was cut is a limit of the path for so long, in ms. */
const limitedMs = 30_000;
/**
 * A probe tries this multiple of the estimate: the first one of a receiver, one after another that went well, and one after
 * another that did not. None tries more than a multiple of what is wanted.
 */
const tries = { first: 3, well: 2, failed: 1.5, wanted: 1.2 };
/** A probe has gone well when this share of it came. What did not go well still shows what the path takes. */
const enough = 0.85;
const careful = 0.95;
/** An estimate above this share of what the path takes leaves no room for a queue to end. */
const nearly = 0.95;
/** Ms between two probes: after one that went well; after the first that did not, twice as long after the next, at most. */
const pauses = { well: 200, failed: 5000, most: 40_000 };
/** The queue of a probe is gone so many ms after what was measured. */
const aftermathMs = 500;
/** What has been sent is that of so many ms, as what has come is. */
const sentMs = 400;
/** No probe is sent so soon after a cut, in ms: the queue may not be empty. */
const quietMs = 1500;

/**
 * How much one receiver can take over all its transports, from what it tells of the packets that came: there is one
 * access network behind all of them. It has no clock of its own; times are in ms.
 */
export class BandwidthEstimator {
  readonly #paths = new Set<OutgoingPath>();
  /** What of the counts of each path has been looked at. */
  readonly #seen = new Map<OutgoingPath, { came: number; lost: number }>();
  readonly #delay = new DelayLimit(first);
  readonly #loss = new LossLimit();
  #hasHeard = false;
  readonly #sent = new SentRate(sentMs);
  #probe: Probe | undefined;
  #tries = tries.first;
  #pause = pauses.failed;
  #probedAt = Number.NEGATIVE_INFINITY;
  #probeAt = Number.NEGATIVE_INFINITY;

  add(path: OutgoingPath): void {
    this.#paths.add(path);
    this.#seen.set(path, { ...path.counts });
  }

  remove(path: OutgoingPath): void {
    this.#paths.delete(path);
    this.#seen.delete(path);
  }

  /** How much the receiver can take, in bit/s; undefined: it has told nothing yet. */
  get bitrate(): number | undefined {
    return this.#hasHeard ? this.#estimate : undefined;
  }

  /** True when the bitrate is what the path takes; false when no more was tried. */
  isLimited(now: number): boolean {
    return now - this.#cutAt < limitedMs;
  }

  /** The receiver has told something new of this path. */
  told(path: OutgoingPath, now: number): void {
    this.#hasHeard = true;
    this.#observeLoss(path, now);
    const fresh = this.#fresh(now);
    const sign = signOf(fresh);
    this.#delay.observe(
      {
        // The queue of a probe is of our own making: its end tells more.
        sign: sign === 'grows' && this.#isProbing(now) ? 'shrinks' : sign,
        delivered: deliveredOf(fresh),
        sent: this.#sent.bitrate,
        responseMs: path.responseMs,
      },
      now,
    );
  }

  /**
   * Called about every 50 ms. @param wanted what the receiver could use, in bit/s
   * @param isStarved whether it gets none of a picture: nothing but probes can show then that there is room
   */
  beat(now: number, wanted: number, isStarved = false): void {
    this.#sent.tick(this.#sentBytes, now);
    if (this.#probe) this.#goOn(this.#probe, now);
    else if (this.#mayProbe(now, wanted, isStarved)) this.#begin(now, wanted);
  }

  get #estimate(): number {
    return Math.min(most, Math.max(least, Math.min(this.#delay.bitrate, this.#loss.bitrate)));
  }

  get #cutAt(): number {
    return Math.max(this.#delay.cutAt, this.#loss.cutAt);
  }

  get #sentBytes(): number {
    let sum = 0;
    for (const { sentBytes } of this.#paths) sum += sentBytes;
    return sum;
  }

  #isProbing(now: number): boolean {
    return this.#probe !== undefined || now - this.#probedAt < aftermathMs;
  }

  #fresh(now: number): OutgoingPath[] {
    return [...this.#paths].filter((path) => path.isFresh(now));
  }

  #observeLoss(path: OutgoingPath, now: number): void {
    const seen = this.#seen.get(path);
    if (!seen) return;
    const { came, lost } = path.counts;
    this.#loss.observe(came - seen.came, lost - seen.lost, this.#estimate, path.responseMs, now);
    [seen.came, seen.lost] = [came, lost];
  }

  #mayProbe(now: number, wanted: number, isStarved: boolean): boolean {
    const from = isStarved ? Math.min(this.#probeAt, this.#probedAt + pauses.failed) : this.#probeAt;
    return this.#hasHeard && wanted > this.#estimate && now >= from && now - this.#cutAt > quietMs;
  }

  /** On the transport that carries most: the receiver measures there what it gets anyway. */
  #begin(now: number, wanted: number): void {
    const fresh = this.#fresh(now);
    // Where nothing is sent, nothing is told either.
    const able = (fresh.length > 0 ? fresh : [...this.#paths]).filter(({ canRepeat }) => canRepeat);
    const [path] = able.sort((one, other) => (other.delivered ?? 0) - (one.delivered ?? 0));
    if (!path || signOf(fresh) !== 'steady') return;
    const target = Math.min(most, tries.wanted * wanted, this.#tries * this.#estimate);
    this.#probe = new Probe(path, target, this.#sentBytes, now);
  }

  #goOn(probe: Probe, now: number): void {
    probe.beat(this.#sentBytes, now);
    if (!probe.hasEnded) return;
    this.#probe = undefined;
    this.#probedAt = now;
    const fresh = this.#fresh(now);
    const others = deliveredOf(fresh.filter((path) => path !== probe.path)) ?? 0;
    const measured = probe.rate === undefined ? undefined : Math.min(probe.target, probe.rate + others);
    const wentWell = measured !== undefined && measured >= enough * probe.target;
    this.#tries = wentWell ? tries.well : tries.failed;
    this.#pause = wentWell ? pauses.failed : Math.min(pauses.most, this.#pause * 2);
    this.#probeAt = now + (wentWell ? pauses.well : this.#pause / 2);
    const taken = measured ?? deliveredOf(fresh);
    if (taken === undefined) return;
    if (!wentWell && nearly * taken < this.#estimate) {
      // The path is full without the probe: its queue would stay.
      this.#delay.lower(taken, now);
      return;
    }
    const shown = wentWell ? taken : careful * taken;
    this.#delay.raise(shown);
    this.#loss.raise(shown);
  }
}

/** One that grows is enough: each sees the same queue, but not each sends all the time. */
function signOf(paths: readonly OutgoingPath[]): QueueSign {
  if (paths.some(({ sign }) => sign === 'grows')) return 'grows';
  return paths.some(({ sign }) => sign === 'shrinks') ? 'shrinks' : 'steady';
}

function deliveredOf(paths: readonly OutgoingPath[]): number | undefined {
  let sum: number | undefined;
  for (const { delivered } of paths) if (delivered !== undefined) sum = (sum ?? 0) + delivered;
  return sum;
}
