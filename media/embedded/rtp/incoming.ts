import type { Codec, RtpKind } from '../codecs/codec.js';
import type { AgreedMedia } from '../sdp/agreement.js';
import { InboundStream } from './inbound-stream.js';
import { writeFullIntra, writeNack, writePictureLoss } from './rtcp.js';
import type { SenderReport } from './rtcp.js';
import type { RtpPacket } from './rtp-packet.js';

/** Streams of one kind that are remembered. With one more the oldest is forgotten. */
const streamsPerKind = 4;
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
  /** By SSRC, the oldest first. */
  readonly #streams = new Map<number, InboundStream>();
  /** Those that are passed on, audio first. */
  #current: readonly InboundStream[] = [];
  /** Sequence number of full intra requests. */
  #intraCount = 0;

  constructor(options: IncomingOptions) {
    this.#options = options;
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

  /** The streams that are passed on, audio first. */
  get current(): readonly InboundStream[] {
    return this.#current;
  }

  /** The codec that was agreed for this kind; undefined when none comes in. */
  codec(kind: RtpKind): Codec | undefined {
    return this.#options.media.find((media) => media.kind === kind)?.codecs[0]?.codec;
  }

  /** Takes a packet. Returns its stream when the packet has not come before and is to be passed on. */
  take(packet: RtpPacket, now: number): InboundStream | undefined {
    const expected = this.#expected[packet.payloadType];
    if (!expected) return undefined;
    const stream = expected.repairOf ? this.#repaired(packet, expected.repairOf) : this.#streamOf(packet, expected);
    if (!stream?.take(packet, now)) return undefined;
    return stream.isReplaced ? undefined : stream;
  }

  /** Returns the stream that the report is about; undefined when it is unknown. */
  reported(report: SenderReport, now: number): InboundStream | undefined {
    const stream = this.#streams.get(report.ssrc);
    stream?.reported(report, now);
    return stream;
  }

  /** The stream of a packet. A new SSRC takes the place of the one of its kind before. */
  #streamOf(packet: RtpPacket, expected: Expected): InboundStream | undefined {
    const known = this.#streams.get(packet.ssrc);
    if (!known) return this.#add(packet.ssrc, expected);
    return known.codec === expected.codec ? known : undefined;
  }

  #add(ssrc: number, { codec, repairs, intraOnly }: Expected): InboundStream {
    const { ownSsrc, sendRtcp } = this.#options;
    const stream = new InboundStream(ssrc, codec, repairs, {
      askForKeyframe: () => {
        sendRtcp(intraOnly ? writeFullIntra(ownSsrc, ssrc, this.#intraCount++) : writePictureLoss(ownSsrc, ssrc));
      },
      askForPackets: (sequences) => {
        sendRtcp(writeNack(ownSsrc, ssrc, sequences));
      },
    });
    const sameKind = [...this.#streams.values()].filter((other) => other.codec.kind === codec.kind);
    if (sameKind.length >= streamsPerKind && sameKind[0]) this.#streams.delete(sameKind[0].ssrc);
    for (const other of sameKind) other.isReplaced = true;
    this.#streams.set(ssrc, stream);
    const others = this.#current.filter((other) => other.codec.kind !== codec.kind);
    this.#current = codec.kind === 'audio' ? [stream, ...others] : [...others, stream];
    return stream;
  }

  /**
   * Turns a retransmission into the packet it was, and returns its stream. Undefined for padding alone, with which
   * browsers probe the bandwidth.
   */
  #repaired(packet: RtpPacket, { codec, payloadType }: Expected): InboundStream | undefined {
    const stream = this.#current.find((each) => each.codec === codec);
    if (!stream || !packet.unwrap(payloadType, stream.ssrc)) return undefined;
    stream.counters.repairs += 1;
    return stream;
  }
}
