import type { RtpKind } from '../codecs/codec.js';
import { codecs } from '../codecs/codecs.js';
import type { AgreedCodec, AgreedMedia } from '../sdp/agreement.js';
import type { SentStreams } from '../sdp/description.js';
import { receives, sends } from '../sdp/direction.js';
import { OutgoingPath } from './bandwidth/outgoing-path.js';
import type { Receiver, ReceiverPart, SharedVideo } from './bandwidth/receiver.js';
import { SentRate } from './bandwidth/sent-rate.js';
import { BitrateLimit } from './bitrate-limit.js';
import type { InboundStream } from './inbound-stream.js';
import { Incoming } from './incoming.js';
import { OutboundStream } from './outbound-stream.js';
import { Reports } from './reports.js';
import type { ReportBlock, RtcpPacket, SenderReport } from './rtcp.js';
import { parseRtcp } from './rtcp.js';
import { readRedundant } from './redundancy.js';
import { headerSize, RtpPacket } from './rtp-packet.js';

export interface RtpSessionListener {
  /** A packet came from the other side, for the first time. */
  packetArrived(packet: RtpPacket, from: InboundStream, now: number): void;
  reportArrived(report: SenderReport, from: InboundStream, now: number): void;
  /** The other side needs a keyframe of what we send. */
  keyframeWanted(): void;
  /** The other side has ended a stream. */
  streamEnded?(): void;
}

/** Where packets go. Each call returns false when the packet did not leave. */
export interface PacketOutlet {
  sendRtp(packet: Buffer): boolean;
  sendRtcp(packet: Buffer): boolean;
}

export interface RtpSessionOptions {
  /** The sections of this session: one of each kind at most. */
  readonly media: readonly AgreedMedia[];
  readonly sent: SentStreams;
  readonly transport: PacketOutlet;
  readonly listener: RtpSessionListener;
  /** What the other side may send of video, in bit/s; 0: no limit. */
  readonly receiveLimit: (now: number) => number;
  /** The other side as a receiver, of which this may be one connection of several. */
  readonly receiver: Receiver;
}

/** Ms over which it is measured what audio and video take. */
const ratePeriodMs = 1000;

/** RTP and RTCP of one transport: what comes in, what goes out, what each side tells the other. Times are in ms. */
export class RtpSession implements ReceiverPart {
  /** Nothing is sent before. */
  connected = false;
  /** In how many sizes the picture comes in; 0: none does. */
  readonly layers: number;
  readonly #options: RtpSessionOptions;
  readonly #incoming: Incoming;
  readonly #reports: Reports;
  /** Undefined when the other side keeps to no limit. */
  readonly #limit: BitrateLimit | undefined;
  /** Undefined when the other side does not tell what has come. */
  readonly path: OutgoingPath | undefined;
  #receiver: Receiver;
  readonly #audio: OutboundStream | undefined;
  readonly #video: OutboundStream | undefined;
  readonly #audioRate = new SentRate(ratePeriodMs);
  readonly #videoRate = new SentRate(ratePeriodMs);
  /** Each packet is read into this one. */
  readonly #packet = new RtpPacket();
  /** A lost packet that came again with a later one is read into this one. */
  readonly #repeated = new RtpPacket();
  readonly #transportExtension: number;
  /** Id of the extension by which the other side describes its pictures; 0: it does not. */
  readonly #descriptorExtension: number;
  /** Agreed for what comes in; undefined: no packet has copies of earlier ones. */
  readonly #redundant: AgreedCodec | undefined;

  constructor(options: RtpSessionOptions) {
    this.#options = options;
    const { media } = options;
    const incoming = media.filter(({ direction }) => receives(direction));
    const { audio, video } = options.sent.ssrcs;
    const ownSsrc = media.some(({ kind }) => kind === 'video') ? video : audio;
    const sendRtcp = (packet: Buffer): void => {
      options.transport.sendRtcp(packet);
    };
    this.path = this.#pathFor(media);
    this.#receiver = options.receiver;
    this.#audio = this.#outboundStream('audio', media);
    this.#video = this.#outboundStream('video', media);
    this.#incoming = new Incoming({ media: incoming, ownSsrc, sendRtcp });
    this.layers = this.incomingCodec('video') ? (this.#incoming.layers?.count ?? 1) : 0;
    this.#redundant = incoming.flatMap(({ codecs: agreed }) => agreed).find(({ redundancy }) => redundancy);
    this.#transportExtension = incoming.find((one) => one.transportExtension !== 0)?.transportExtension ?? 0;
    this.#descriptorExtension = incoming.find(({ descriptor }) => descriptor)?.descriptor?.received ?? 0;
    const transportFeedback = this.#transportExtension !== 0 && feedbackOf(incoming).has('transport-cc');
    this.#reports = new Reports({ ownSsrc, cname: options.sent.cname, transportFeedback, sendRtcp });
    const videoFeedback = feedbackOf(incoming.filter(({ kind }) => kind === 'video'));
    const senderEstimates = transportFeedback && videoFeedback.has('transport-cc');
    this.#limit = videoFeedback.has('goog-remb')
      ? new BitrateLimit({ ownSsrc, senderEstimates, limit: options.receiveLimit, sendRtcp })
      : undefined;
    this.#receiver.add(this);
  }

  /** The stream of this kind that is passed on, of layers the largest that is sent; undefined before its first packet. */
  inbound(kind: RtpKind, now = Number.NEGATIVE_INFINITY): InboundStream | undefined {
    const streams = this.inboundStreams(kind);
    return streams[0]?.layers?.highest(now) ?? streams.at(-1);
  }

  /** All streams of this kind that are passed on: one, or the layers. */
  inboundStreams(kind: RtpKind): readonly InboundStream[] {
    return this.#incoming.current.filter(({ codec }) => codec.kind === kind);
  }

  /** Whether the client speaks, whose pictures in several sizes come first then. */
  set isSpeaking(speaks: boolean) {
    if (this.#incoming.layers) this.#incoming.layers.isSpeaking = speaks;
  }

  /** Undefined when we send none of this kind. */
  outbound(kind: RtpKind): OutboundStream | undefined {
    return kind === 'audio' ? this.#audio : this.#video;
  }

  /** True when this kind of media was negotiated. */
  has(kind: RtpKind): boolean {
    return this.outbound(kind) !== undefined || this.incomingCodec(kind) !== undefined;
  }

  /** The codec that comes in; undefined when none does. */
  incomingCodec(kind: RtpKind): AgreedCodec | undefined {
    return this.#incoming.codec(kind);
  }

  /** Passes a packet of the source on to the other side. */
  forward(packet: RtpPacket, from: InboundStream, now: number): void {
    if (this.connected) this.outbound(from.codec.kind)?.forward(packet, from, now);
  }

  /** Passes a report of the source on to the other side. */
  report(report: SenderReport, from: InboundStream, now: number): void {
    if (!this.connected) return;
    const own = this.outbound(from.codec.kind)?.senderReport(report, from, now);
    if (own) this.#options.transport.sendRtcp(own);
  }

  /** Its bandwidth is that of another receiver from now on. */
  moveTo(receiver: Receiver): void {
    this.#receiver.remove(this);
    this.#receiver = receiver;
    receiver.add(this);
  }

  get audioBitrate(): number {
    return this.#audioRate.bitrate ?? 0;
  }

  get videoBitrate(): number {
    return this.#videoRate.bitrate ?? 0;
  }

  get video(): SharedVideo | undefined {
    return this.#video;
  }

  /**
   * How much video the other side can take, in bit/s; undefined: it is not known, or nothing shows a limit. What it says itself counts too: at
   * the other end of a relay it is another engine, which knows its receivers.
   */
  videoWanted(now: number): number | undefined {
    const said = this.#video?.estimate(now);
    const share = this.#receiver.bitrate === undefined ? undefined : this.#receiver.plainShare;
    return said === undefined || share === undefined ? (said ?? share) : Math.min(said, share);
  }

  /** How much all together the other side can take, in bit/s; undefined: it tells nothing. */
  bandwidth(now: number): number | undefined {
    return this.#receiver.bitrate ?? this.#video?.estimate(now);
  }

  close(): void {
    this.#receiver.remove(this);
  }

  rtpArrived(bytes: Buffer, now: number): void {
    const packet = this.#packet;
    if (!packet.parse(bytes, this.#transportExtension)) return;
    if (this.#descriptorExtension !== 0) packet.keepDescriptor(this.#descriptorExtension);
    this.#reports.arrived(packet.transportSequence, now);
    if (packet.payloadType === this.#redundant?.redundancy?.payloadType) this.#takeRedundant(packet, now);
    else this.#take(packet, now);
  }

  rtcpArrived(bytes: Buffer, now: number): void {
    for (const packet of parseRtcp(bytes)) this.#handle(packet, now);
  }

  /** Everything that repeats. Called about every 50 ms while connected. */
  tick(now: number): void {
    const streams = this.#incoming.current;
    for (const stream of streams) stream.tick(now);
    this.#audio?.tick(now);
    this.#video?.tick(now);
    this.#reports.tick(now, streams);
    this.#limit?.tick(now, streams);
    this.#audioRate.tick(this.#audio?.counters.octets ?? 0, now);
    this.#videoRate.tick(this.#video?.counters.octets ?? 0, now);
    this.#receiver.beat(now);
  }

  /** A path for what is numbered: the other side tells of each packet with a number. */
  #pathFor(media: readonly AgreedMedia[]): OutgoingPath | undefined {
    const numbered = media.filter(isNumbered);
    if (numbered.length === 0) return undefined;
    const repeats = numbered.some(({ codecs: agreed }) => agreed.some(({ repairType }) => repairType !== undefined));
    return new OutgoingPath(repeats ? (bytes, now) => this.#video?.repeat(bytes, now) : undefined);
  }

  #take(packet: RtpPacket, now: number): void {
    const stream = this.#incoming.take(packet, now);
    if (stream) this.#options.listener.packetArrived(packet, stream, now);
  }

  /** Everybody gets the packet by itself, and those before it that were lost. */
  #takeRedundant(packet: RtpPacket, now: number): void {
    const { payloadType = -1 } = this.#redundant ?? {};
    const read = readRedundant(packet.body, payloadType);
    if (!read) return;
    packet.payloadType = payloadType;
    for (const { back, ago, payload } of read.repeated) {
      const sequence = (packet.sequence - back) & 0xffff;
      if (payload.length === 0 || !this.#incoming.lacks(packet.ssrc, sequence)) continue;
      const body = Buffer.concat([Buffer.alloc(headerSize), payload]);
      const timestamp = (packet.timestamp - ago) >>> 0;
      this.#take(Object.assign(this.#repeated, { payloadType, ssrc: packet.ssrc, sequence, timestamp, body }), now);
    }
    packet.body = packet.body.subarray(read.start - headerSize);
    this.#take(packet, now);
  }

  #outboundStream(kind: RtpKind, media: readonly AgreedMedia[]): OutboundStream | undefined {
    const section = media.find((one) => one.kind === kind && sends(one.direction));
    if (!section) return undefined;
    const { sent, transport, listener } = this.#options;
    const path = isNumbered(section) ? this.path : undefined;
    const taken = codecs.flatMap((codec) => {
      const agreed =
        section.codecs.find((one) => one.codec === codec) ??
        section.codecs.find((one) => one.codec === codec.carriedBy);
      return agreed ? [{ ...agreed, codec }] : [];
    });
    const repairTypes = taken.flatMap(({ codec, repairType }) =>
      repairType === undefined ? [] : [[codec, repairType] as const],
    );
    const redundantTypes = taken.flatMap(({ codec, redundancy }) =>
      redundancy?.isPreferred ? [[codec, redundancy.payloadType] as const] : [],
    );
    return new OutboundStream({
      ssrc: sent.ssrcs[kind],
      repairSsrc: sent.repairSsrc,
      repairTypes: new Map(repairTypes),
      cname: sent.cname,
      redundantTypes: new Map(redundantTypes),
      payloadTypes: new Map(taken.map(({ codec, payloadType }) => [codec, payloadType])),
      numbers: path && { extension: section.sentExtension, path },
      descriptor: section.descriptor?.sent,
      send: (packet) => transport.sendRtp(packet),
      askForKeyframe: () => {
        listener.keyframeWanted();
      },
      bandwidth: (now) => this.videoWanted(now),
    });
  }

  #handle(packet: RtcpPacket, now: number): void {
    switch (packet.type) {
      case 'senderReport': {
        const stream = this.#incoming.reported(packet.report, now);
        if (stream) this.#options.listener.reportArrived(packet.report, stream, now);
        this.#receiveBlocks(packet.blocks, now);
        return;
      }
      case 'receiverReport':
        this.#receiveBlocks(packet.blocks, now);
        return;
      case 'nack':
        this.#outboundOf(packet.ssrc)?.repair(packet.sequences, now);
        return;
      case 'pictureLoss':
        this.#outboundOf(packet.ssrc)?.pictureLost(now);
        return;
      case 'fullIntra':
        for (const ssrc of packet.ssrcs) this.#outboundOf(ssrc)?.pictureLost(now);
        return;
      case 'bitrateLimit':
        this.#video?.estimated(packet.bitrate, now);
        return;
      case 'arrivals':
        if (this.path?.told(packet.arrivals, now)) this.#receiver.told(this.path, now);
        return;
      case 'goodbye':
        this.#options.listener.streamEnded?.();
        return;
      default:
        packet satisfies never;
    }
  }

  #receiveBlocks(blocks: readonly ReportBlock[], now: number): void {
    for (const block of blocks) this.#outboundOf(block.ssrc)?.received(block, now);
  }

  #outboundOf(ssrc: number): OutboundStream | undefined {
    return [this.#audio, this.#video].find((stream) => stream?.ssrc === ssrc);
  }
}

function isNumbered({ direction, sentExtension, codecs: agreed }: AgreedMedia): boolean {
  const isTold = agreed.some(({ feedback }) => feedback.includes('transport-cc'));
  return sends(direction) && sentExtension !== 0 && isTold;
}

/** What the sender of these sections does with our feedback (texts of `a=rtcp-fb`). */
function feedbackOf(media: readonly AgreedMedia[]): ReadonlySet<string> {
  return new Set(media.flatMap(({ codecs }) => codecs.flatMap(({ feedback }) => feedback)));
}
