import type { Codec, RtpKind } from '../codecs/codec.js';
import type { AgreedCodec, AgreedMedia } from '../sdp/agreement.js';
import { InboundStream } from './inbound-stream.js';
import { Layers } from './layers.js';
import { writeFullIntra, writeNack, writePictureLoss } from './rtcp.js';
import type { SenderReport } from './rtcp.js';
import type { RtpPacket } from './rtp-packet.js';
import { headerSize } from './rtp-packet.js';

/** Streams of one kind that are remembered. With one more the one that was silent for longest is forgotten. */
const streamsPerKind = 4;
/** A stream takes the place of the current one when it has sent alone for so many ms. */
const aloneMs = 500;
/** It does at once when the current one has been silent for so many ms. Opus without speech sends every 400 ms. */
const silenceMs = 1000;
/** SSRCs of retransmissions that are remembered. */
const mostRepairs = 64;
/** RFC 3550 §5.1: a payload type has seven bits. */
const payloadTypes = 128;

export interface IncomingOptions {
  /** The agreed sections on which the other side sends. */
  readonly media: readonly AgreedMedia[];
  /** Our SSRC in requests to the sender. */
  readonly ownSsrc: number;
  readonly sendRtcp: (packet: Buffer) => void;
}

/** What is agreed about one payload type. */
interface Expected {
  readonly payloadType: number;
  readonly codec: Codec;
  /** The sender answers requests for lost packets. */
  readonly repairs: boolean;
  /**
   * Keyframes are requested by a full intra request (RFC 5104 §4.3.1), since the sender takes no picture loss
   * indication.
   */
  readonly intraOnly: boolean;
  /** Packets of this payload type are retransmissions of that one (RFC 4588). */
  readonly repairOf: Expected | undefined;
}

/** The streams that one endpoint receives, and the requests to their sender. Times are in ms. */
export class Incoming {
  readonly #options: IncomingOptions;
  /** By payload type. An array and not a map, since each packet looks here. */
  readonly #expected = new Array<Expected | undefined>(payloadTypes).fill(undefined);
  /** SSRC of the media by SSRC of its retransmissions, as the offer says. */
  readonly #repairs: Map<number, number>;
  /** Undefined when the picture is sent in one size. */
  readonly #layers: Layers | undefined;
  /** By SSRC, the oldest first. */
  readonly #streams = new Map<number, InboundStream>();
  /** Those that are passed on, audio first. */
  #current: readonly InboundStream[] = [];
  /** Sequence number of full intra requests. */
  #intraCount = 0;

  constructor(options: IncomingOptions) {
    this.#options = options;
    this.#repairs = new Map(options.media.flatMap(({ groups }) => [...(groups?.repaired ?? [])]));
    const count = Math.max(0, ...options.media.map(layersOf));
    this.#layers = count > 0 ? new Layers(count) : undefined;
    const codecs = options.media.flatMap((media) => media.codecs);
    for (const { codec, payloadType, feedback } of codecs) {
      const repairs = feedback.includes('nack');
      const intraOnly = feedback.includes('ccm fir') && !feedback.includes('nack pli');
      this.#expected[payloadType] = { payloadType, codec, repairs, intraOnly, repairOf: undefined };
    }
    for (const { payloadType, repairType } of codecs) {
      const repairOf = this.#expected[payloadType];
      if (repairType !== undefined && repairOf) this.#expected[repairType] = { ...repairOf, repairOf };
    }
  }

  /** Undefined when the picture is sent in one size. */
  get layers(): Layers | undefined {
    return this.#layers;
  }

  /** The streams that are passed on, audio first, and layers from the smallest. */
  get current(): readonly InboundStream[] {
    return this.#current;
  }

  /** The codec that was agreed for this kind; undefined when none comes in. */
  codec(kind: RtpKind): AgreedCodec | undefined {
    return this.#options.media.find((media) => media.kind === kind)?.codecs[0];
  }

  /** True when there is this stream, and it lacks this packet. `sequence`: of 16 bits. */
  lacks(ssrc: number, sequence: number): boolean {
    return this.#streams.get(ssrc)?.has(sequence) === false;
  }

  /** Takes a packet. Returns its stream when the packet has not come before and is to be passed on. */
  take(packet: RtpPacket, now: number): InboundStream | undefined {
    const expected = this.#expected[packet.payloadType];
    if (!expected) return undefined;
    if (expected.repairOf) return this.#takeAgain(packet, expected.repairOf, now);
    const stream = this.#streams.get(packet.ssrc) ?? this.#begin(packet, expected, now);
    if (stream?.codec !== expected.codec || !stream.take(packet, now)) return undefined;
    if (stream.isReplaced && (this.#isLayered(stream.codec) || !this.#returns(stream, packet, now))) return undefined;
    if (packet.carriesMedia) stream.heardAt = now;
    return passedOn(stream, packet);
  }

  /** Returns the stream that the report is about; undefined when it is unknown. */
  reported(report: SenderReport, now: number): InboundStream | undefined {
    const stream = this.#streams.get(report.ssrc);
    stream?.reported(report, now);
    return stream;
  }

  /** A retransmission, as the packet it was. */
  #takeAgain(packet: RtpPacket, repairOf: Expected, now: number): InboundStream | undefined {
    const stream = this.#repaired(packet, repairOf);
    if (!stream?.take(packet, now) || stream.isReplaced) return undefined;
    return passedOn(stream, packet);
  }

  /** A stream that was not known takes the place of the current one of its kind. */
  #begin(packet: RtpPacket, expected: Expected, now: number): InboundStream | undefined {
    if (!packet.carriesMedia) return undefined;
    const { kind } = expected.codec;
    const place = kind === 'video' ? this.#placeOf(packet) : -1;
    if (place !== -1) return this.#beginLayer(packet, expected, place, now);
    if (this.#isLayered(expected.codec)) return undefined;
    const sameKind = [...this.#streams.values()].filter(({ codec }) => codec.kind === kind);
    const current = sameKind.find(({ isReplaced }) => !isReplaced);
    const [silent] = sameKind.filter((other) => other !== current).sort((one, other) => one.heardAt - other.heardAt);
    if (sameKind.length >= streamsPerKind && silent) this.#streams.delete(silent.ssrc);
    const stream = this.#newStream(packet.ssrc, expected, now);
    this.#streams.set(packet.ssrc, stream);
    this.#passOn(stream, packet);
    return stream;
  }

  #newStream(ssrc: number, { codec, repairs, intraOnly }: Expected, now: number): InboundStream {
    const { ownSsrc, sendRtcp } = this.#options;
    return new InboundStream(ssrc, codec, repairs, now, {
      askForKeyframe: () => {
        sendRtcp(intraOnly ? writeFullIntra(ownSsrc, ssrc, this.#intraCount++) : writePictureLoss(ownSsrc, ssrc));
      },
      askForPackets: (sequences) => {
        sendRtcp(writeNack(ownSsrc, ssrc, sequences));
      },
    });
  }

  /** Its place among the layers, by its name (RFC 8852) or by its SSRC; -1: it has none. */
  #placeOf(packet: RtpPacket): number {
    for (const { simulcast, groups } of this.#options.media) {
      const name = simulcast && packet.text(simulcast.nameExtension);
      if (name !== undefined) return simulcast?.names.indexOf(name) ?? -1;
      const group = groups?.layers.find((ssrcs) => ssrcs.includes(packet.ssrc));
      if (group) return group.indexOf(packet.ssrc);
    }
    return -1;
  }

  /** Whether its kind comes in layers. Then a stream that is none of them is not passed on. */
  #isLayered({ kind }: Codec): boolean {
    return kind === 'video' && this.#current.some(({ layers }) => layers !== undefined);
  }

  /** All layers are passed on: each receiver takes one. A stream that alone shows the picture gives way to them. */
  #beginLayer(packet: RtpPacket, expected: Expected, place: number, now: number): InboundStream | undefined {
    const layers = this.#layers;
    if (!layers || place >= layers.count) return undefined;
    const stream = this.#newStream(packet.ssrc, expected, now);
    const former = layers.placed(place);
    if (former) this.#streams.delete(former.ssrc);
    this.#streams.set(packet.ssrc, stream);
    layers.put(place, stream);
    for (const other of this.#streams.values()) {
      if (other.codec.kind === 'video' && other.layers === undefined) other.giveWay();
    }
    this.#current = [...this.#current.filter(({ codec }) => codec.kind === 'audio'), ...layers.streams];
    return stream;
  }

  /** A packet came of a stream that gave way. True when it comes back, because the one in its place is silent. */
  #returns(stream: InboundStream, packet: RtpPacket, now: number): boolean {
    if (!packet.carriesMedia) return false;
    const current = this.#current.find(({ codec }) => codec.kind === stream.codec.kind);
    const currentAt = current?.heardAt ?? Number.NEGATIVE_INFINITY;
    if (stream.aloneSince <= currentAt) stream.aloneSince = now;
    stream.heardAt = now;
    if (now - currentAt < silenceMs && now - stream.aloneSince < aloneMs) return false;
    stream.comeBack(now);
    this.#passOn(stream, packet);
    return true;
  }

  #passOn(stream: InboundStream, first: RtpPacket): void {
    const { kind } = stream.codec;
    const former = this.#current.find(({ codec }) => codec.kind === kind);
    if (former) stream.follow(former, first);
    for (const other of this.#streams.values()) if (other !== stream && other.codec.kind === kind) other.giveWay();
    const others = this.#current.filter(({ codec }) => codec.kind !== kind);
    this.#current = kind === 'audio' ? [stream, ...others] : [...others, stream];
  }

  /**
   * Turns a retransmission into the packet it was, and returns its stream. Undefined for padding alone, with which
   * browsers probe the bandwidth, and when it is not known of which stream it was.
   */
  #repaired(packet: RtpPacket, { codec, payloadType }: Expected): InboundStream | undefined {
    const media = this.#repairs.get(packet.ssrc);
    const stream =
      media === undefined ? (this.#namedRepair(packet) ?? this.#lacking(packet, codec)) : this.#streams.get(media);
    if (stream?.codec !== codec || !packet.unwrap(payloadType, stream.ssrc)) return undefined;
    stream.counters.repairs += 1;
    return stream;
  }

  /** The layer of which this is a retransmission, by the name that it bears at first (RFC 8852 §3.2). */
  #namedRepair(packet: RtpPacket): InboundStream | undefined {
    for (const { simulcast } of this.#options.media) {
      const name = simulcast && packet.text(simulcast.repairExtension);
      const stream = name === undefined ? undefined : this.#layers?.placed(simulcast?.names.indexOf(name) ?? -1);
      if (!stream) continue;
      if (this.#repairs.size < mostRepairs) this.#repairs.set(packet.ssrc, stream.ssrc);
      return stream;
    }
    return undefined;
  }

  /** The stream that lacks the packet of which this is a retransmission. Not every offer tells the SSRCs. */
  #lacking(packet: RtpPacket, codec: Codec): InboundStream | undefined {
    if (packet.payloadLength < 2) return undefined;
    const sequence = packet.body.readUInt16BE(headerSize);
    return this.#current.find((stream) => stream.codec === codec && stream.misses(sequence));
  }
}

/** The packet as receivers get it, which is kept for them too. */
function passedOn(stream: InboundStream, packet: RtpPacket): InboundStream {
  stream.shift?.apply(packet.body);
  stream.ring.keep(packet);
  return stream;
}

/** In how many sizes the picture of this section is sent; 0: in one, or nobody says. */
function layersOf({ kind, simulcast, groups }: AgreedMedia): number {
  if (kind !== 'video') return 0;
  return simulcast?.names.length ?? groups?.layers[0]?.length ?? 0;
}
