import type { Codec, RtpKind } from '../codecs/codec.js';
import { InboundStream } from './inbound-stream.js';
import type { AgreedMedia, Agreement } from '../sdp/agreement.js';
import { OutboundStream } from './outbound-stream.js';
import type { RtcpPacket, SenderReport } from './rtcp.js';
import {
  parseRtcp,
  writeBitrateLimit,
  writeDescription,
  writeFullIntra,
  writeNack,
  writePictureLoss,
  writeReceiverReport,
} from './rtcp.js';
import { RtpPacket } from './rtp-packet.js';
import type { SentStreams } from '../sdp/description.js';
import { TransportFeedback } from './transport-feedback.js';

const reportPeriodMs = 1000;
const limitPeriodMs = 500;
/** Told to publishers that estimate nothing themselves, in bit/s. */
const defaultLimit = 2_500_000;
/** Told to those who held a limit that is there no more, in bit/s. */
const noLimit = 1_000_000_000;
/** Streams of one kind that are told apart; older ones are forgotten. */
const streamsPerKind = 4;

export interface RtpSessionListener {
  /** A packet that was not seen before arrived from the other side. */
  packetArrived(packet: RtpPacket, from: InboundStream, now: number): void;
  reportArrived(report: SenderReport, from: InboundStream, now: number): void;
  /** The receiver on the other side needs a keyframe of what is sent to it. */
  keyframeWanted(): void;
}

/** Where packets go; false when a packet did not leave. */
export interface PacketOutlet {
  sendRtp(packet: Buffer): boolean;
  sendRtcp(packet: Buffer): boolean;
}

export interface RtpSessionOptions {
  readonly agreement: Agreement;
  readonly sent: SentStreams;
  readonly transport: PacketOutlet;
  readonly listener: RtpSessionListener;
  /** What the other side may send of video, in bit/s; 0 for no limit. */
  readonly receiveLimit: (now: number) => number;
}

interface Incoming {
  readonly codec: Codec;
  readonly repairs: boolean;
  readonly intraOnly: boolean;
}

/** RTP and RTCP of one endpoint: who sends what, what was lost, what the other side is told. Times are in ms. */
export class RtpSession {
  readonly #options: RtpSessionOptions;
  /** What may arrive, by payload type. */
  readonly #incoming = new Map<number, Incoming>();
  /** The payload type of packets that are sent again, with the one they had at first. */
  readonly #repairTypes = new Map<number, number>();
  readonly #streams = new Map<number, InboundStream>();
  /** Fields of an object and not a map: they are looked up for each packet. */
  readonly #current: Record<RtpKind, InboundStream | undefined> = { audio: undefined, video: undefined };
  readonly #outbound: Record<RtpKind, OutboundStream | undefined> = { audio: undefined, video: undefined };
  readonly #packet = new RtpPacket();
  readonly #feedback: TransportFeedback | undefined;
  readonly #transportExtension: number;
  /** The publisher of video estimates its bandwidth from our feedback. */
  readonly #estimates: boolean;
  /** The publisher of video keeps to limits it is told. */
  readonly #limited: boolean;
  readonly #ownSsrc: number;
  #reportedAt = 0;
  #limitedAt = 0;
  /** The other side has been told a limit, and keeps to it until it is told another. */
  #holds = false;
  #intraCount = 0;

  constructor(options: RtpSessionOptions) {
    this.#options = options;
    this.#ownSsrc = options.sent.ssrcs.video;
    const media = options.agreement.sections.flatMap((section) => section.media ?? []);
    for (const one of media) {
      if (receives(one)) this.#expect(one);
      if (sends(one)) this.#outbound[one.kind] = this.#outboundStream(one);
    }
    const incoming = media.filter(receives);
    const feedback = incoming.flatMap((one) => one.codecs.flatMap((codec) => codec.feedback));
    this.#transportExtension = incoming.find((one) => one.transportExtension !== 0)?.transportExtension ?? 0;
    this.#feedback =
      this.#transportExtension !== 0 && feedback.includes('transport-cc') ? new TransportFeedback() : undefined;
    const video = incoming
      .filter(({ kind }) => kind === 'video')
      .flatMap((one) => one.codecs.flatMap((codec) => codec.feedback));
    this.#estimates = this.#feedback !== undefined && video.includes('transport-cc');
    this.#limited = video.includes('goog-remb');
  }

  inbound(kind: RtpKind): InboundStream | undefined {
    return this.#current[kind];
  }

  outbound(kind: RtpKind): OutboundStream | undefined {
    return this.#outbound[kind];
  }

  /** True when this kind of media was negotiated. */
  has(kind: RtpKind): boolean {
    return this.#outbound[kind] !== undefined || this.codec(kind) !== undefined;
  }

  /** The codec that comes in, as far as it is agreed. */
  codec(kind: RtpKind): Codec | undefined {
    for (const { codec } of this.#incoming.values()) if (codec.kind === kind) return codec;
    return undefined;
  }

  rtpArrived(bytes: Buffer, now: number): void {
    const packet = this.#packet;
    if (!packet.parse(bytes, this.#transportExtension)) return;
    if (packet.transportSequence !== -1) this.#feedback?.arrived(packet.transportSequence, now);
    const stream = this.#repairTypes.has(packet.payloadType) ? this.#repaired(packet) : this.#streamOf(packet);
    if (!stream?.take(packet, now)) return;
    if (this.#current[stream.codec.kind] === stream) this.#options.listener.packetArrived(packet, stream, now);
  }

  rtcpArrived(bytes: Buffer, now: number): void {
    for (const packet of parseRtcp(bytes)) this.#handle(packet, now);
  }

  /** Everything that repeats. Called about every 50 ms while connected. */
  tick(now: number): void {
    for (const kind of ['audio', 'video'] as const) {
      this.#current[kind]?.tick(now);
      this.#outbound[kind]?.tick(now);
    }
    this.#sendFeedback();
    if (now - this.#reportedAt >= reportPeriodMs) this.#sendReports(now);
    if (now - this.#limitedAt >= limitPeriodMs) this.#sendLimit(now);
  }

  #expect(media: AgreedMedia): void {
    for (const { codec, payloadType, feedback, repairType } of media.codecs) {
      if (repairType !== undefined) this.#repairTypes.set(repairType, payloadType);
      this.#incoming.set(payloadType, {
        codec,
        repairs: feedback.includes('nack'),
        intraOnly: feedback.includes('ccm fir') && !feedback.includes('nack pli'),
      });
    }
  }

  #outboundStream(media: AgreedMedia): OutboundStream {
    const repairTypes = media.codecs.flatMap(({ codec, repairType }) =>
      repairType === undefined ? [] : [[codec, repairType] as const],
    );
    return new OutboundStream({
      ssrc: this.#options.sent.ssrcs[media.kind],
      repairSsrc: this.#options.sent.repairSsrc,
      repairTypes: new Map(repairTypes),
      cname: this.#options.sent.cname,
      payloadTypes: new Map(media.codecs.map(({ codec, payloadType }) => [codec, payloadType])),
      send: (packet) => this.#options.transport.sendRtp(packet),
      askForKeyframe: () => {
        this.#options.listener.keyframeWanted();
      },
    });
  }

  /** The stream a packet belongs to. A new SSRC takes over from the one of its kind that was there before. */
  #streamOf(packet: RtpPacket): InboundStream | undefined {
    const incoming = this.#incoming.get(packet.payloadType);
    if (!incoming) return undefined;
    const known = this.#streams.get(packet.ssrc);
    if (known) return known.codec === incoming.codec ? known : undefined;
    const stream = new InboundStream(packet.ssrc, incoming.codec, incoming.repairs, {
      askForKeyframe: (wanted) => {
        this.#askForKeyframe(wanted.ssrc, incoming.intraOnly);
      },
      askForPackets: (wanted, sequences) => {
        this.#options.transport.sendRtcp(writeNack(this.#ownSsrc, wanted.ssrc, sequences));
      },
    });
    const sameKind = [...this.#streams.values()].filter(({ codec }) => codec.kind === incoming.codec.kind);
    if (sameKind.length >= streamsPerKind && sameKind[0]) this.#streams.delete(sameKind[0].ssrc);
    this.#streams.set(packet.ssrc, stream);
    this.#current[incoming.codec.kind] = stream;
    return stream;
  }

  /** The stream of a packet that was sent again, made what it was. Browsers send such of padding alone, to try the bandwidth. */
  #repaired(packet: RtpPacket): InboundStream | undefined {
    const stream = this.#current.video;
    const payloadType = this.#repairTypes.get(packet.payloadType);
    if (!stream || payloadType === undefined || !packet.unwrap(payloadType, stream.ssrc)) return undefined;
    if (this.#incoming.get(payloadType)?.codec !== stream.codec) return undefined;
    stream.counters.repairs += 1;
    return stream;
  }

  #askForKeyframe(ssrc: number, intraOnly: boolean): void {
    const request = intraOnly
      ? writeFullIntra(this.#ownSsrc, ssrc, this.#intraCount++)
      : writePictureLoss(this.#ownSsrc, ssrc);
    this.#options.transport.sendRtcp(request);
  }

  #handle(packet: RtcpPacket, now: number): void {
    switch (packet.type) {
      case 'senderReport': {
        const stream = this.#streams.get(packet.report.ssrc);
        stream?.reported(packet.report, now);
        if (stream) this.#options.listener.reportArrived(packet.report, stream, now);
        this.#receiveBlocks(packet.blocks, now);
        return;
      }
      case 'receiverReport':
        this.#receiveBlocks(packet.blocks, now);
        return;
      case 'nack':
        this.#outboundOf(packet.ssrc)?.repair(packet.sequences);
        return;
      case 'pictureLoss':
        this.#pictureLost(packet.ssrc);
        return;
      case 'fullIntra':
        for (const ssrc of packet.ssrcs) this.#pictureLost(ssrc);
        return;
      case 'bitrateLimit':
        this.#outbound.video?.estimated(packet.bitrate, now);
        return;
      case 'goodbye':
        return;
      default:
        packet satisfies never;
    }
  }

  #receiveBlocks(blocks: readonly Parameters<OutboundStream['received']>[0][], now: number): void {
    for (const block of blocks) this.#outboundOf(block.ssrc)?.received(block, now);
  }

  #pictureLost(ssrc: number): void {
    const stream = this.#outboundOf(ssrc);
    if (!stream) return;
    stream.counters.keyframeRequests += 1;
    this.#options.listener.keyframeWanted();
  }

  #outboundOf(ssrc: number): OutboundStream | undefined {
    const { audio, video } = this.#outbound;
    return [audio, video].find((stream) => stream?.ssrc === ssrc);
  }

  #sendFeedback(): void {
    const stream = this.#current.video ?? this.#current.audio;
    if (!this.#feedback || !stream) return;
    for (const message of this.#feedback.take(this.#ownSsrc, stream.ssrc)) this.#options.transport.sendRtcp(message);
  }

  #sendReports(now: number): void {
    this.#reportedAt = now;
    const { audio, video } = this.#current;
    const blocks = [audio, video].flatMap((stream) => stream?.reportBlock(now) ?? []);
    if (blocks.length === 0) return;
    const report = writeReceiverReport(this.#ownSsrc, blocks);
    this.#options.transport.sendRtcp(
      Buffer.concat([report, writeDescription(this.#ownSsrc, this.#options.sent.cname)]),
    );
  }

  /** A limit of the application always counts; without feedback the publisher would hardly dare to send more. */
  #sendLimit(now: number): void {
    this.#limitedAt = now;
    const video = this.#current.video;
    if (!this.#limited || !video) return;
    const limit = this.#options.receiveLimit(now) || (this.#estimates ? 0 : defaultLimit);
    if (limit > 0 || this.#holds) {
      this.#options.transport.sendRtcp(writeBitrateLimit(this.#ownSsrc, limit || noLimit, [video.ssrc]));
    }
    this.#holds = limit > 0;
  }
}

function receives(media: AgreedMedia): boolean {
  return media.direction === 'sendrecv' || media.direction === 'recvonly';
}

function sends(media: AgreedMedia): boolean {
  return media.direction === 'sendrecv' || media.direction === 'sendonly';
}
