import { defaultLimit } from '../bitrate-limit.js';
import { BandwidthEstimator } from './bandwidth-estimator.js';
import type { OutgoingPath } from './outgoing-path.js';
import type { Claim } from './share.js';
import { room, shared } from './share.js';

/** A stream of video to a receiver. */
export interface SharedVideo {
  /**
   * What it asks for; undefined: there is nothing to send, or it is not known how much.
   * @param isLimited whether a limit was seen: before that a picture in one size asks for nothing
   */
  claim(now: number, isLimited: boolean): Claim | undefined;
  /** It may send what is at this place of its claim; -1: nothing; undefined: nothing tells how much that would be. */
  granted(place: number | undefined): void;
}

/** What goes to a receiver over one transport. Bitrates are in bit/s. */
export interface ReceiverPart {
  /** Undefined when the receiver does not tell what has come. */
  readonly path: OutgoingPath | undefined;
  readonly audioBitrate: number;
  /** 0 when none is sent. */
  readonly videoBitrate: number;
  readonly video?: SharedVideo | undefined;
}

/** A receiver that has told nothing for so many ms tells nothing at all. */
const silenceMs = 1000;
/** A picture in one size is too much for its share when not even this part of it fits. Its publisher is asked for less before. */
const tooMuch = 0.6;
/** A dip of the estimate counts after so many ms, unless it falls below this share: a machine may have been busy. */
const dip = { ms: 500, share: 0.7 };

/**
 * One person, or one program, that receives over any number of transports: how much it can take altogether, and how
 * that is shared. Audio goes first. A picture in one size is sent as it is, and its publisher is asked for less, until it is far too much. Pictures
 * in several sizes get a layer each. Times are in ms.
 */
export class Receiver {
  readonly #estimator = new BandwidthEstimator();
  readonly #parts = new Set<ReceiverPart>();
  #beatAt = Number.NEGATIVE_INFINITY;
  /** Since when there have been pictures in several sizes; NaN: never. */
  #since = Number.NaN;
  /** The highest estimate of late, and when it was. */
  #best = { bitrate: 0, at: Number.NEGATIVE_INFINITY };
  /** What pictures in one size may take, each of them; undefined: nothing shows a limit. */
  #plainShare: number | undefined;

  add(part: ReceiverPart): void {
    this.#parts.add(part);
    if (part.path) this.#estimator.add(part.path);
  }

  remove(part: ReceiverPart): void {
    this.#parts.delete(part);
    if (part.path) this.#estimator.remove(part.path);
  }

  /** How much it can take, in bit/s; undefined: it has told nothing. */
  get bitrate(): number | undefined {
    return this.#estimator.bitrate;
  }

  /** What a picture in one size may take, in bit/s; undefined: nothing shows a limit. */
  get plainShare(): number | undefined {
    return this.#plainShare;
  }

  /** The receiver has told something new of this path. */
  told(path: OutgoingPath, now: number): void {
    this.#estimator.told(path, now);
  }

  /** Called about every 50 ms, for each part: the first call of a beat counts. */
  beat(now: number): void {
    if (now === this.#beatAt) return;
    this.#beatAt = now;
    const isLimited = this.#estimator.isLimited(now);
    // Each receiver has twenty beats a second.
    const videos: { readonly video: SharedVideo; readonly claim: Claim }[] = [];
    const plain = { count: 0, bitrate: 0 };
    let audio = 0;
    for (const { video, audioBitrate, videoBitrate } of this.#parts) {
      audio += audioBitrate;
      const claim = video?.claim(now, isLimited);
      if (video && claim) videos.push({ video, claim });
      const isPlain = !claim || (claim.isOfOneSize && claim.current !== -1);
      if (!isPlain || videoBitrate === 0) continue;
      plain.count += 1;
      plain.bitrate += videoBitrate;
    }
    const layered = videos.filter(({ claim }) => !claim.isOfOneSize);
    const stopped = videos.filter(({ claim }) => claim.isOfOneSize && claim.current === -1);
    const claims = layered.map(({ claim }) => claim);
    if (claims.length > 0 && Number.isNaN(this.#since)) this.#since = now;
    if (this.bitrate === undefined) {
      if (now - this.#since > silenceMs) for (const { video } of layered) video.granted(undefined);
    } else {
      const left = Math.max(0, this.#patient(this.bitrate, now) - audio);
      const ofPlain = Math.min(plain.bitrate, (left * plain.count) / Math.max(1, plain.count + claims.length));
      const layers = claims.length > 0 ? shared(left - ofPlain, claims) : [];
      layered.forEach(({ video }, place) => {
        video.granted(layers[place] ?? -1);
      });
      const ofLayered = sum(claims.map(({ costs }, place) => costs[layers[place] ?? -1] ?? 0));
      const count = plain.count + stopped.length;
      this.#plainShare =
        isLimited || stopped.length > 0 ? Math.max(0, left - ofLayered) / Math.max(1, count) : undefined;
      if (videos.length > layered.length) grantOneSize(left, videos, isLimited);
    }
    // A picture in one size shows itself what can be sent, as long as no limit holds it back.
    const ofPlain = isLimited ? (plain.count + stopped.length) * defaultLimit : 0;
    const wanted = sum([...layered, ...stopped].map(({ claim }) => wantedBy(claim)));
    const isStarved = videos.some(({ claim }) => claim.current === -1);
    this.#estimator.beat(now, ofPlain + (wanted > 0 ? audio + plain.bitrate + room * wanted : 0), isStarved);
  }

  #patient(bitrate: number, now: number): number {
    if (bitrate >= this.#best.bitrate || bitrate < dip.share * this.#best.bitrate || now - this.#best.at > dip.ms) {
      this.#best = { bitrate, at: now };
    }
    return this.#best.bitrate;
  }
}

/**
 * Of all pictures, by their priority, each in one size gets all, or fewer pictures in a second, or nothing. One that is sent may take more than its
 * share: its publisher has been asked for less, and encoders take time.
 * @param left bit/s
 */
function grantOneSize(
  left: number,
  videos: readonly { readonly video: SharedVideo; readonly claim: Claim }[],
  isLimited: boolean,
): void {
  const isFree = !isLimited && !videos.some(({ claim }) => claim.isOfOneSize && claim.current === -1);
  if (isFree) {
    for (const { video, claim } of videos) if (claim.isOfOneSize) video.granted(undefined);
    return;
  }
  const places = shared(
    left,
    videos.map(({ claim }) => (claim.isOfOneSize ? lenient(claim) : claim)),
  );
  videos.forEach(({ video, claim }, index) => {
    if (!claim.isOfOneSize) return;
    // Before a limit has been seen, nothing must be stopped.
    video.granted(isLimited || claim.current === -1 ? (places[index] ?? -1) : undefined);
  });
}

/** One that was stopped comes again as soon as it fits: its publisher sends as much as it is asked for. */
function lenient(claim: Claim): Claim {
  const factor = claim.current === -1 ? 1 / room : tooMuch;
  return { ...claim, costs: claim.costs.map((cost) => cost * factor) };
}

function wantedBy({ costs, wanted }: Claim): number {
  return costs[wanted] ?? 0;
}

function sum(figures: readonly number[]): number {
  return figures.reduce((all, figure) => all + figure, 0);
}
