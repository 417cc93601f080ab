import type { Codec, PictureSize } from '../codecs/codec.js';
import { KeyframeRequests } from './keyframe-requests.js';
import type { Layers } from './layers.js';
import { MissingPackets } from './missing-packets.js';
import { PacketRing } from './packet-ring.js';
import { lastPicture, PictureShift } from './picture-shift.js';
import type { ReportBlock, SenderReport } from './rtcp.js';
import type { RtpPacket } from './rtp-packet.js';
import { headerSize } from './rtp-packet.js';
import type { TemporalFigure } from './temporal-figures.js';
import { temporalFigures } from './temporal-figures.js';
import { unwrapped } from './sequence.js';

/** Packets that are kept to be sent again, by kind. */
const ringSizes = { audio: 128, video: 1024 };

/** Ms over which a bitrate is measured. */
const rateMs = 1000;

/** Requests to the sender of a stream. */
export interface SenderFeedback {
  askForKeyframe(): void;
  /** `sequences`: ascending, of 16 bits each. */
  askForPackets(sequences: readonly number[]): void;
}

/** One stream of RTP that comes in: its counters, its last packets, the missing ones. Times are in ms. */
export class InboundStream {
  readonly ssrc: number;
  readonly codec: Codec;
  readonly ring: PacketRing;
  readonly keyframes: KeyframeRequests;
  readonly counters = { packets: 0, octets: 0, duplicates: 0, repairs: 0, keyframeRequests: 0, nacks: 0 };
  /** Time of its last packet of media, retransmissions and padding aside. */
  heardAt: number;
  /** Of a stream that is not passed on: since when it has sent while the one in its place was silent. */
  aloneSince = Number.NEGATIVE_INFINITY;
  /** Undefined for a stream that did not follow another one. */
  shift: PictureShift | undefined;
  /** Undefined for a stream that alone shows its picture. */
  layers: Layers | undefined;
  /** Of one of several layers, once a keyframe has told it. */
  size: PictureSize | undefined;
  /** In bit/s, of the last seconds; 0 before it is measured. */
  bitrate = 0;
  /** The same of the last second alone. */
  latestBitrate = 0;
  /** Of its temporal layers, the lowest first; undefined: it has one, or tells of none. */
  temporal: readonly TemporalFigure[] | undefined;
  /** How often it was passed on again after a time in which receivers did not get it. */
  spurts = 0;
  #isWithheld = false;
  #rated = { at: Number.NaN, octets: 0 };
  #isReplaced = false;
  readonly #missing: MissingPackets | undefined;
  readonly #feedback: SenderFeedback;
  #first = -1;
  #highest = -1;
  #jitter = 0;
  #transit = Number.NaN;
  #report: { readonly middle: number; readonly at: number } | undefined;
  #senderReport: SenderReport | undefined;
  #reported = { expected: 0, received: 0 };
  #fractionLost = 0;

  /** `repairs`: the sender answers requests for lost packets. `now`: the time of its first packet. */
  constructor(ssrc: number, codec: Codec, repairs: boolean, now: number, feedback: SenderFeedback) {
    this.ssrc = ssrc;
    this.codec = codec;
    this.heardAt = now;
    this.ring = new PacketRing(ringSizes[codec.kind]);
    this.keyframes = new KeyframeRequests(() => {
      this.counters.keyframeRequests += 1;
      feedback.askForKeyframe();
    });
    this.#missing = repairs ? new MissingPackets() : undefined;
    this.#feedback = feedback;
  }

  /** True while another stream of its kind is passed on, and this one is not. */
  get isReplaced(): boolean {
    return this.#isReplaced;
  }

  /** Another stream is passed on in its place. Nothing that it lacks is asked for. */
  giveWay(): void {
    this.#isReplaced = true;
    this.#missing?.clear();
  }

  /** It takes the place of another one, with this packet. */
  follow(former: InboundStream, { body }: RtpPacket): void {
    const last = lastPicture(former.codec, former.ring, 0, former.#highest);
    this.shift = PictureShift.between(last, this.codec, body);
  }

  /** Whether receivers get this packet of it (`LoudestStreams`). */
  letThrough(packet: RtpPacket, isLet: boolean): void {
    if (isLet && this.#isWithheld) {
      this.spurts += 1;
      // The first one after silence (RFC 3551 §4.1).
      packet.marker = true;
    }
    this.#isWithheld = !isLet;
  }

  /** It is passed on again. A decoder can go on with a keyframe only. */
  comeBack(now: number): void {
    this.#isReplaced = false;
    if (this.codec.kind === 'video') this.keyframes.request(now);
  }

  /** True when this packet has come. `sequence`: of 16 bits. */
  has(sequence: number): boolean {
    return this.ring.has(unwrapped(sequence, this.#highest));
  }

  /** True when this packet was asked for and has not come. `sequence`: of 16 bits. */
  misses(sequence: number): boolean {
    return this.#missing?.has(unwrapped(sequence, this.#highest)) ?? false;
  }

  /** Takes a packet of this stream. False when it came before, or is too old. It is not kept yet. */
  take(packet: RtpPacket, now: number): boolean {
    if (this.#highest === -1) this.#start(packet.sequence);
    const number = unwrapped(packet.sequence, this.#highest);
    if (number <= this.#highest - ringSizes[this.codec.kind] || this.ring.has(number)) {
      this.counters.duplicates += 1;
      return false;
    }
    packet.extended = number;
    this.ring.mark(number);
    this.counters.packets += 1;
    this.counters.octets += packet.payloadLength;
    if (number > this.#highest) this.#advance(number, packet.timestamp, now);
    else this.#missing?.arrived(number);
    if (this.keyframes.wanted && this.isKeyframe(packet)) this.keyframes.answered();
    if (this.layers && this.size === undefined && this.isKeyframe(packet)) this.#measureSize(packet, this.layers);
    return true;
  }

  /**
   * True when a decoder can begin with this packet. Not for each packet: V8 cannot inline a call to one of several
   * codecs. It is called only while a keyframe is waited for.
   */
  isKeyframe(packet: RtpPacket): boolean {
    if (packet.payloadLength === 0 || packet.isOnlyPadding) return false;
    return this.codec.startsKeyframe(packet.body, headerSize);
  }

  /** The last one of its sender. */
  get senderReport(): SenderReport | undefined {
    return this.#senderReport;
  }

  reported(report: SenderReport, now: number): void {
    this.#senderReport = report;
    this.#report = { middle: ((report.ntpHigh & 0xffff) * 0x10000 + (report.ntpLow >>> 16)) >>> 0, at: now };
  }

  /** Repeats requests that were not answered. */
  tick(now: number): void {
    this.keyframes.tick(now);
    this.#measureRate(now);
    this.#askForMissing(now);
  }

  /** A report to the sender about the time since the last call (RFC 3550 §6.4.1). */
  reportBlock(now: number): ReportBlock {
    const expected = this.#highest === -1 ? 0 : this.#highest - this.#first + 1;
    const lately = {
      expected: expected - this.#reported.expected,
      received: this.counters.packets - this.#reported.received,
    };
    this.#reported = { expected, received: this.counters.packets };
    const lost = lately.expected - lately.received;
    this.#fractionLost =
      lately.expected > 0 && lost > 0 ? Math.min(255, Math.floor((lost * 256) / lately.expected)) : 0;
    return {
      ssrc: this.ssrc,
      fractionLost: this.#fractionLost,
      packetsLost: this.packetsLost,
      highestSequence: Math.max(0, this.#highest - 0x10000),
      jitter: Math.floor(this.#jitter),
      lastReport: this.#report?.middle ?? 0,
      delay: this.#report ? Math.floor(((now - this.#report.at) * 65536) / 1000) : 0,
    };
  }

  get packetsLost(): number {
    return this.#highest === -1 ? 0 : this.#highest - this.#first + 1 - this.counters.packets;
  }

  /** Share of packets lost in the last reported interval, 0 to 1. */
  get fractionLost(): number {
    return this.#fractionLost / 256;
  }

  /** In seconds. */
  get jitter(): number {
    return this.#jitter / this.codec.clockRate;
  }

  #start(sequence: number): void {
    // One wrap above zero: numbers of packets before the first one are not negative.
    this.#first = sequence + 0x10000;
    this.#highest = this.#first - 1;
  }

  #advance(number: number, timestamp: number, now: number): void {
    if (this.#missing && number > this.#highest + 1 && !this.#isReplaced) {
      if (!this.#missing.note(this.#highest + 1, number - 1)) this.keyframes.request(now);
    }
    this.#highest = number;
    this.#measureJitter(timestamp, now);
    if (this.#missing && this.#missing.size > 0) this.#askForMissing(now);
  }

  #askForMissing(now: number): void {
    if (!this.#missing || this.#missing.size === 0) return;
    const sequences = this.#missing.due(now);
    if (sequences.length === 0) return;
    this.counters.nacks += 1;
    this.#feedback.askForPackets(sequences);
  }

  #measureSize({ body }: RtpPacket, layers: Layers): void {
    this.size = this.codec.keyframeSize(body, headerSize);
    if (this.size) layers.measured();
  }

  #measureRate(now: number): void {
    const { at, octets } = this.#rated;
    if (now - at < rateMs) return;
    // The first time is not the end of an interval (NaN).
    if (now > at) this.#rate(((this.counters.octets - octets) * 8000) / (now - at));
    if (this.#highest !== -1) this.temporal = temporalFigures(this.codec, this.ring, this.#highest, this.temporal);
    this.#rated = { at: now, octets: this.counters.octets };
  }

  /** A second with a keyframe in it says little of the others. */
  #rate(bitrate: number): void {
    this.latestBitrate = bitrate;
    this.bitrate = this.bitrate === 0 ? bitrate : this.bitrate + (bitrate - this.bitrate) / 4;
  }

  /** In units of the stream's clock (RFC 3550 §A.8). */
  #measureJitter(timestamp: number, now: number): void {
    const transit = (now * this.codec.clockRate) / 1000 - timestamp;
    const difference = Math.abs(transit - this.#transit);
    // The first packet has no predecessor (NaN), and a timestamp that wraps is no jitter.
    if (difference < this.codec.clockRate * 10) this.#jitter += (difference - this.#jitter) / 16;
    this.#transit = transit;
  }
}
