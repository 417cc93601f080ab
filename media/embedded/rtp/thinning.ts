import type { Codec } from '../codecs/codec.js';
import type { TemporalTraits } from '../codecs/temporal.js';
import type { KeptPacket, PacketRing } from './packet-ring.js';
import { PictureShift } from './picture-shift.js';
import type { RtpPacket } from './rtp-packet.js';
import { headerSize } from './rtp-packet.js';

/** All pictures: there is no such temporal layer. */
export const allPictures = Number.POSITIVE_INFINITY;

/** Packets back from the newest one that somebody may ask for: as many as a source keeps. */
const longestMemory = 1024;
/** Of so many packets there are half as many runs at most: each has one packet, and one is left out after it. With more, the old ones are forgotten. */
const mostRuns = longestMemory;

/** Packets of the source, one after another, whose numbers are changed alike. */
export interface Run {
  /** Extended number of its first packet. */
  readonly from: number;
  /** Added to the numbers of packets. */
  readonly offset: number;
  readonly shift: PictureShift | undefined;
  /** Timestamps of the first and the last picture that were left out before it; -1: none was. */
  readonly leftFirst: number;
  readonly leftLast: number;
}

type OpenRun = { -readonly [Field in keyof Run]: Run[Field] };

/** A packet that was sent, and what was done with its numbers. */
export interface SentPacket {
  readonly kept: KeptPacket;
  readonly run: Run;
}

/**
 * Leaves out the pictures that others do not need: those of higher temporal layers. The numbers of packets and of pictures that remain have no
 * gap. It goes down at any picture, and up at one that needs none of those that were left out. A picture that was lost on the way to us and comes
 * late as a whole is passed on whatever its layer is: numbers were kept for it.
 */
export class Thinning {
  /** Highest temporal layer that is to be sent. */
  most: number;
  readonly #codec: Codec;
  readonly #temporal: TemporalTraits;
  /** Highest one that is sent. */
  #limit: number;
  readonly #runs: OpenRun[];
  #highest: number;
  /** Of the newest picture. */
  #timestamp: number;
  #isLeftOut = false;

  /**
   * @param last extended number and timestamp of the newest packet of the source; a picture of which something was sent is sent as a whole
   * @param first what was done with the packets until now
   */
  constructor(
    codec: Codec,
    temporal: TemporalTraits,
    most: number,
    last: { readonly extended: number; readonly timestamp: number },
    first: Pick<Run, 'from' | 'offset' | 'shift'>,
  ) {
    this.#codec = codec;
    this.#temporal = temporal;
    this.most = most;
    this.#limit = allPictures;
    this.#highest = last.extended;
    this.#timestamp = last.timestamp;
    this.#runs = [{ ...first, leftFirst: -1, leftLast: -1 }];
  }

  /** Extended number of the newest packet of the source. */
  get newest(): number {
    return this.#highest;
  }

  /** The run of this packet; undefined: it is left out. */
  take(packet: RtpPacket): Run | undefined {
    const { extended, timestamp } = packet;
    if (extended <= this.#highest) return this.#runAt(extended);
    this.#highest = extended;
    const isNew = timestamp !== this.#timestamp;
    if (isNew) {
      this.#timestamp = timestamp;
      this.#isLeftOut = this.#leavesOut(packet);
    }
    if (!this.#isLeftOut) return this.#runs.at(-1);
    this.#leaveOut(extended, timestamp, isNew);
    return undefined;
  }

  /**
   * Whether a packet is of a picture that was left out, although there is a number for it: it was lost before, and nobody knew of which
   * picture it was.
   */
  isOfLeftOut({ timestamp }: Pick<RtpPacket, 'timestamp'>, run: Run): boolean {
    if (timestamp === run.leftLast) return true;
    const next = this.#runs[this.#runs.indexOf(run) + 1];
    return next?.leftFirst === timestamp;
  }

  /** What was sent with this number, if the source still has it. */
  sent(number: number, ring: PacketRing): SentPacket | undefined {
    const run = this.runOf(number);
    const kept = run && ring.get(number - run.offset);
    return kept && !this.isOfLeftOut(kept, run) ? { kept, run } : undefined;
  }

  /** The run of the packet that was sent with this number. */
  runOf(number: number): Run | undefined {
    return this.#runs.findLast(({ from, offset }) => from + offset <= number);
  }

  /** The last run, when nothing was left out of late and nothing is to be; undefined: that is not so. */
  get over(): Run | undefined {
    const last = this.#runs.at(-1);
    if (this.most !== allPictures || !last) return undefined;
    return last.leftLast === -1 || last.from <= this.#highest - longestMemory ? last : undefined;
  }

  #runAt(extended: number): Run | undefined {
    return this.#runs.findLast(({ from }) => from <= extended);
  }

  #leavesOut({ body }: RtpPacket): boolean {
    const layer = body.length > headerSize ? this.#temporal.layerOf(body, headerSize) : -1;
    if (layer === -1) return false;
    if (this.most < this.#limit) this.#limit = this.most;
    else if (this.most > this.#limit) this.#rise(layer, body);
    return layer > this.#limit;
  }

  /** By one layer: a picture of the next one need not be enough for those above it. */
  #rise(layer: number, body: Buffer): void {
    if (layer === 0 && this.#codec.startsKeyframe(body, headerSize)) this.#limit = this.most;
    else if (layer === this.#limit + 1 && this.#temporal.mayBegin(body, headerSize)) this.#limit = layer;
  }

  #leaveOut(extended: number, timestamp: number, isNewPicture: boolean): void {
    const last = this.#runs.at(-1);
    if (!last) return;
    const shift = isNewPicture ? PictureShift.afterGap(last.shift, this.#codec) : last.shift;
    const [from, offset] = [extended + 1, last.offset - 1];
    if (last.from !== extended) {
      this.#runs.push({ from, offset, shift, leftFirst: timestamp, leftLast: timestamp });
      if (this.#runs.length > mostRuns) this.#forget();
      return;
    }
    // Nothing was sent of a run that ends where it begins.
    last.from = from;
    last.offset = offset;
    last.shift = shift;
    last.leftLast = timestamp;
    if (last.leftFirst === -1) last.leftFirst = timestamp;
  }

  #forget(): void {
    const needed = this.#runs.findLastIndex(({ from }) => from <= this.#highest - longestMemory);
    this.#runs.splice(0, Math.max(0, needed));
  }
}
