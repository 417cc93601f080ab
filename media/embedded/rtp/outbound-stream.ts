import type { Codec } from '../codecs/codec.js';
import type { InboundStream } from './inbound-stream.js';
import type { KeptPacket } from './packet-ring.js';
import type { ReportBlock, SenderReport } from './rtcp.js';
import { writeSenderReport } from './rtcp.js';
import type { RtpPacket } from './rtp-packet.js';
import { headerSize, writeHeader } from './rtp-packet.js';

/** Packets asked for again in one message that are answered at most. */
const repairsPerMessage = 64;
/** Ms for which a receiver's estimate of its bandwidth counts; browsers repeat it every second or more often. */
const estimateLastsMs = 5000;
/** Ms between two requests for a keyframe while none comes. */
const askAgain = 1000;

export interface OutboundOptions {
  readonly ssrc: number;
  readonly cname: string;
  /** What the receiver negotiated: payload type by codec. */
  readonly payloadTypes: ReadonlyMap<Codec, number>;
  /** Of packets that are sent again on a stream of their own; without one they are sent as they were (RFC 4588). */
  readonly repairTypes: ReadonlyMap<Codec, number>;
  readonly repairSsrc: number;
  /** Returns false when the packet did not leave. */
  readonly send: (packet: Buffer) => boolean;
  /** The receiver can do nothing with what it gets until a keyframe comes. */
  readonly askForKeyframe: () => void;
}

/**
 * What one receiver gets of one kind of media. Whatever feeds it, the receiver sees a single stream: one SSRC, one payload type,
 * numbers without a jump. Times are in ms.
 */
export class OutboundStream {
  readonly ssrc: number;
  readonly counters = { packets: 0, octets: 0, repaired: 0, nacks: 0, keyframeRequests: 0 };
  roundTripTime = 0;
  packetsLost = 0;
  fractionLost = 0;
  readonly #options: OutboundOptions;
  #source: InboundStream | undefined;
  #payloadType = -1;
  #repairType: number | undefined;
  #repairNumber = 0;
  /** First number of the source that is passed on; 0 while waiting for a keyframe. */
  #from = 0;
  #waiting = true;
  #numberOffset = 0;
  #timestampOffset = 0;
  #lastNumber = -1;
  #lastTimestamp = 0;
  #lastAt = 0;
  #askedAt = Number.NEGATIVE_INFINITY;
  #estimate: { readonly bitrate: number; readonly at: number } | undefined;
  #reported: { readonly middle: number; readonly at: number } | undefined;

  constructor(options: OutboundOptions) {
    this.#options = options;
    this.ssrc = options.ssrc;
  }

  /** True when the receiver can take this codec. */
  accepts(codec: Codec): boolean {
    return this.#options.payloadTypes.has(codec);
  }

  /** Passes a packet on. The bytes before its payload are overwritten. */
  forward(packet: RtpPacket, source: InboundStream, now: number): void {
    if (source !== this.#source) this.#follow(source);
    if (this.#payloadType === -1) return;
    if (this.#waiting) {
      if (!source.isKeyframe(packet)) {
        this.tick(now);
        return;
      }
      this.#begin(packet, source, now);
    }
    if (packet.extended < this.#from) return;
    const number = packet.extended + this.#numberOffset;
    const timestamp = (packet.timestamp + this.#timestampOffset) >>> 0;
    writeHeader(packet.body, packet.padding, packet.marker, this.#payloadType, number, timestamp, this.ssrc);
    if (!this.#options.send(packet.body)) return;
    this.counters.packets += 1;
    this.counters.octets += packet.payloadLength;
    if (number <= this.#lastNumber) return;
    this.#lastNumber = number;
    this.#lastTimestamp = timestamp;
    this.#lastAt = now;
  }

  /** Forgets what feeds it: whatever comes next begins with a keyframe and goes on in the numbers. */
  detach(): void {
    this.#source = undefined;
    this.#waiting = true;
  }

  /** Asks again for the keyframe without which nothing can be passed on. */
  tick(now: number): void {
    if (!this.#waiting || !this.#source || this.#payloadType === -1 || now - this.#askedAt < askAgain) return;
    this.#askedAt = now;
    this.#options.askForKeyframe();
  }

  /** Sends again what the receiver says it did not get, as far as it is still there. */
  repair(sequences: readonly number[]): void {
    this.counters.nacks += 1;
    const source = this.#source;
    if (!source || this.#waiting) return;
    for (const sequence of sequences.slice(0, repairsPerMessage)) {
      const number = this.#lastNumber - ((this.#lastNumber - sequence) & 0xffff);
      const wanted = number - this.#numberOffset;
      const kept = wanted >= this.#from ? source.ring.get(wanted) : undefined;
      if (!kept) continue;
      if (this.#options.send(this.#again(kept, number))) this.counters.repaired += 1;
    }
  }

  #again(kept: KeptPacket, number: number): Buffer {
    const timestamp = (kept.timestamp + this.#timestampOffset) >>> 0;
    const { body, padding, marker } = kept;
    if (this.#repairType === undefined) {
      writeHeader(body, padding, marker, this.#payloadType, number, timestamp, this.ssrc);
      return body;
    }
    // The number it had goes between header and payload, so this one is copied; few are.
    const packet = Buffer.allocUnsafe(body.length + 2);
    const { repairSsrc } = this.#options;
    writeHeader(packet, padding, marker, this.#repairType, this.#repairNumber++, timestamp, repairSsrc);
    packet.writeUInt16BE(number & 0xffff, headerSize);
    body.copy(packet, headerSize + 2, headerSize);
    return packet;
  }

  /** The sender report of the source in the receiver's terms, for lip sync; undefined while nothing is sent. */
  senderReport(report: SenderReport, source: InboundStream, now: number): Buffer | undefined {
    if (source !== this.#source || this.#waiting || this.counters.packets === 0) return undefined;
    this.#reported = { middle: ((report.ntpHigh & 0xffff) * 0x10000 + (report.ntpLow >>> 16)) >>> 0, at: now };
    const timestamp = (report.timestamp + this.#timestampOffset) >>> 0;
    const { packets, octets } = this.counters;
    return writeSenderReport({ ...report, ssrc: this.ssrc, timestamp }, packets, octets, this.#options.cname);
  }

  /** What the receiver reports of this stream. */
  received(block: ReportBlock, now: number): void {
    this.packetsLost = block.packetsLost;
    this.fractionLost = block.fractionLost / 256;
    if (block.lastReport === 0 || block.lastReport !== this.#reported?.middle) return;
    this.roundTripTime = Math.max(0, (now - this.#reported.at) / 1000 - block.delay / 65536);
  }

  /** What the receiver says it can take, in bit/s. */
  estimated(bitrate: number, now: number): void {
    this.#estimate = { bitrate, at: now };
  }

  /** In bit/s; undefined when the receiver has not said lately. */
  estimate(now: number): number | undefined {
    return this.#estimate && now - this.#estimate.at < estimateLastsMs ? this.#estimate.bitrate : undefined;
  }

  #follow(source: InboundStream): void {
    this.#source = source;
    this.#payloadType = this.#options.payloadTypes.get(source.codec) ?? -1;
    this.#repairType = this.#options.repairTypes.get(source.codec);
    this.#waiting = true;
    this.#askedAt = Number.NEGATIVE_INFINITY;
  }

  /** The first source keeps its numbers; a later one goes on where the one before it ended. */
  #begin(packet: RtpPacket, source: InboundStream, now: number): void {
    this.#waiting = false;
    this.#from = packet.extended;
    if (this.#lastNumber === -1) return;
    // The numbers keep their distance from zero: a source that starts far below must not make them negative.
    this.#numberOffset = this.#lastNumber + 1 - packet.extended;
    const elapsed = Math.max(1, Math.round(((now - this.#lastAt) * source.codec.clockRate) / 1000));
    this.#timestampOffset = this.#lastTimestamp + elapsed - packet.timestamp;
  }
}
