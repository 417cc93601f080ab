import { randomBytes, randomUUID } from 'node:crypto';
import type { CodecName, RtpKind } from '../sdp/codec.js';
import type { DataPath } from './data-channels.js';
import { DataChannels } from './data-channels.js';
import { ConnectionStates } from './connection-states.js';
import { reachOf } from './endpoint-reach.js';
import { defaultSettings } from './endpoint-settings.js';
import type { KurentoCode } from '../protocol/errors.js';
import { KurentoError } from '../protocol/errors.js';
import { Flow } from '../rtp/flow.js';
import type { InboundStream } from '../rtp/inbound-stream.js';
import { LocalCandidates } from './local-candidates.js';
import { thrown } from '../log.js';
import { MediaElement } from './media-element.js';
import type { EventFields, Surroundings } from './media-object.js';
import type { MediaPipeline } from './media-pipeline.js';
import type { Agreement, SourceCodecs } from './negotiation.js';
import { SdpExchange } from './sdp-exchange.js';
import { perform } from './operations.js';
import type { MediaType } from '../protocol/parameters.js';
import type { SenderReport } from '../rtp/rtcp.js';
import type { RtpPacket } from '../rtp/rtp-packet.js';
import { RtpSession } from '../rtp/rtp-session.js';
import type { Direction } from '../sdp/sdp.js';
import type { SentStreams } from '../sdp/sdp-writer.js';
import { endpointStats } from './stats.js';
import type { ChannelOptions, Reach, Transport, TransportState } from '../transport/transport.js';
import { webRtcEndpointClass, webRtcEndpointOperations } from './webrtc-operations.js';

/** Media counts as connected until this long after the last packet, in ms (Kurento media protocol §7.5). */
const mediaSilenceMs = 25_000;
/** No estimate of a subscriber makes a publisher send less, in bit/s: below it there is hardly a picture. */
const leastLimit = 150_000;
/** Remote candidates that are kept while there is no offer; a browser sends a handful. */
const mostHeld = 100;

export interface WebRtcEndpointOptions {
  readonly useDataChannels?: boolean | undefined;
  /** These two count for generated offers only: in an offer that is taken, the other side decides. */
  readonly recvonly?: boolean | undefined;
  readonly sendonly?: boolean | undefined;
}

/** One WebRTC end: a browser publishes to it, or is fed by it, or both. */
export class WebRtcEndpoint extends MediaElement {
  readonly class = webRtcEndpointClass;
  readonly settings = { ...defaultSettings };
  readonly states: ConnectionStates;
  readonly candidates: LocalCandidates;
  /** Undefined when the endpoint was made without. */
  readonly data: DataChannels | undefined;
  /** What was set of `rembParams`. */
  remb: Record<string, unknown> = {};
  readonly #sent: SentStreams = {
    cname: randomBytes(8).toString('hex'),
    streamId: randomUUID(),
    ssrcs: { audio: randomSsrc(), video: randomSsrc() },
    repairSsrc: randomSsrc(),
  };
  readonly #statsIds = { audio: [randomUUID(), randomUUID()], video: [randomUUID(), randomUUID()] } as const;
  readonly #mediaFlow: Flow;
  readonly #beat = (now: number): void => {
    this.#tick(now);
  };
  readonly #exchange: SdpExchange;
  #direction: Direction = 'sendrecv';
  #transport: Transport;
  #session: RtpSession | undefined;
  #connected = false;
  #held: string[] = [];

  /** @throws NoCapacity */
  constructor(
    pipeline: MediaPipeline,
    surroundings: Surroundings,
    { useDataChannels = false, recvonly = false, sendonly = false }: WebRtcEndpointOptions = {},
  ) {
    super(webRtcEndpointClass.type, pipeline, surroundings);
    const raise = (event: string, fields: EventFields): void => {
      this.raise(event, fields);
    };
    this.states = new ConnectionStates(raise, () => this.#transport.selectedPair());
    this.candidates = new LocalCandidates(raise);
    this.data = useDataChannels
      ? new DataChannels({
          open: (options) => this.#transport.openChannel(options),
          opened: ({ id }) => {
            raise('DataChannelOpened', { channelId: id });
          },
          closed: ({ id }) => {
            raise('DataChannelClosed', { channelId: id });
          },
        })
      : undefined;
    this.#mediaFlow = new Flow((flowing) => {
      const [oldState, newState] = flowing ? ['DISCONNECTED', 'CONNECTED'] : ['CONNECTED', 'DISCONNECTED'];
      raise('MediaStateChanged', { oldState, newState });
    }, mediaSilenceMs);
    this.#transport = this.#openTransport();
    // A Kurento Media Server takes both at once, and then neither counts.
    if (recvonly !== sendonly) this.#direction = recvonly ? 'recvonly' : 'sendonly';
    this.#exchange = new SdpExchange({
      sent: this.#sent,
      dataChannels: useDataChannels,
      transport: {
        answer: (remote, data) => this.#orRenew(40205, () => this.#transport.answer(remote, this.#reach(), data)),
        offer: (data) => this.#orRenew(40204, () => this.#transport.offer(this.#reach(), data)),
        accept: (remote, data) => {
          this.#transport.accept(remote, data);
        },
      },
    });
  }

  invoke(name: string, params: unknown): unknown {
    return perform(webRtcEndpointOperations, this, name, params);
  }

  /** Takes the offer, returns the answer. @throws KurentoError 402xx */
  processOffer(text: string): string {
    const { answer, agreement } = this.#exchange.processOffer(text, this.#sourceCodecs());
    this.#begin(agreement);
    return answer;
  }

  /** @throws KurentoError 402xx */
  generateOffer({ kinds = ['audio', 'video'] }: { kinds?: readonly RtpKind[] } = {}): string {
    const { maxAudioRecvBandwidth: audio, maxVideoRecvBandwidth: video } = this.settings;
    const offer = this.#exchange.generateOffer({
      kinds,
      direction: this.#direction,
      sources: this.#sourceCodecs(),
      limits: { audio, video },
    });
    this.candidates.serve(this.#exchange.served);
    return offer;
  }

  /** Takes the answer, returns the offer once more. @throws KurentoError 402xx */
  processAnswer(text: string): string {
    this.#begin(this.#exchange.processAnswer(text));
    return this.localSdp ?? '';
  }

  gatherCandidates(): void {
    this.states.gathering();
    this.candidates.ask();
  }

  /** Text that is no candidate is ignored. */
  addIceCandidate(candidate: string): void {
    if (this.#session) this.#transport.addRemoteCandidate(candidate);
    else if (this.#held.length < mostHeld) this.#held.push(candidate);
  }

  get localSdp(): string | undefined {
    return this.#exchange.localSdp(this.candidates.found);
  }

  get remoteSdp(): string | undefined {
    return this.#exchange.remoteSdp;
  }

  get mediaState(): 'CONNECTED' | 'DISCONNECTED' {
    return this.#mediaFlow.flowing ? 'CONNECTED' : 'DISCONNECTED';
  }

  take(packet: RtpPacket, from: InboundStream, now: number): void {
    this.flowsIn[from.codec.kind].moved(now);
    if (this.#connected) this.#session?.outbound(from.codec.kind)?.forward(packet, from, now);
  }

  reported(report: SenderReport, from: InboundStream, now: number): void {
    if (!this.#connected) return;
    const own = this.#session?.outbound(from.codec.kind)?.senderReport(report, from, now);
    if (own) this.#transport.sendRtcp(own);
  }

  provideKeyframe(): void {
    this.#session?.inbound('video')?.keyframes.request(this.surroundings.pulse.now());
  }

  providedCodec(kind: RtpKind): CodecName | undefined {
    return this.#session?.codec(kind);
  }

  stats(type: MediaType | undefined): Record<string, unknown> | null {
    const session = this.#session;
    const pairs = session
      ? (['audio', 'video'] as const)
          .filter((kind) => (!type || type === kind.toUpperCase()) && session.has(kind))
          .map((kind) => ({
            kind,
            ids: this.#statsIds[kind],
            inbound: session.inbound(kind),
            outbound: session.outbound(kind),
          }))
      : [];
    const channels = !type || type === 'DATA' ? (this.data?.all ?? []) : [];
    return type && pairs.length + channels.length === 0 ? null : endpointStats(this.id, pairs, channels);
  }

  override takeData(path: DataPath, message: string | Buffer): void {
    if (this.#connected) this.data?.send(path, message);
  }

  /** Opens a data channel. False when there are none, or not yet. */
  openChannel(options: ChannelOptions): boolean {
    return this.data !== undefined && this.#transport.openChannel(options);
  }

  override isReceiving(): boolean {
    return this.#connected;
  }

  override videoWanted(now: number): number | undefined {
    return this.#session?.outbound('video')?.estimate(now);
  }

  override release(): void {
    this.surroundings.pulse.remove(this.#beat);
    super.release();
    this.#transport.close();
  }

  protected sourceChanged(kind: RtpKind): void {
    this.#session?.outbound(kind)?.detach();
  }

  /**
   * What the publisher may send, in bit/s, 0 for any: no more than the application allows, nor than the fastest subscriber can
   * take. Not the slowest: one bad network must not spoil the picture for everybody.
   */
  #receiveLimit(now: number): number {
    const allowed = this.settings.maxVideoRecvBandwidth * 1000 || Number.POSITIVE_INFINITY;
    const wanted = Math.max(leastLimit, this.wantedOfSinks(now) ?? Number.POSITIVE_INFINITY);
    const limit = Math.min(allowed, wanted);
    return Number.isFinite(limit) ? limit : 0;
  }

  #openTransport(): Transport {
    const { pulse, transports } = this.surroundings;
    return transports.open({
      rtp: (packet) => {
        const now = pulse.now();
        this.#mediaFlow.moved(now);
        this.#session?.rtpArrived(packet, now);
      },
      rtcp: (packet) => {
        const now = pulse.now();
        this.#mediaFlow.moved(now);
        this.#session?.rtcpArrived(packet, now);
      },
      stateChanged: (state) => {
        this.#stateChanged(state);
      },
      candidateFound: (candidate) => {
        this.candidates.add(candidate);
      },
      gathered: () => {
        this.candidates.complete();
      },
      channelOpened: (channel) => this.data?.opened(channel),
      channelClosed: (channel) => this.data?.closed(channel),
      messageArrived: (channel, message) => {
        this.data?.arrived(channel, message);
        this.giveData(channel, message);
      },
    });
  }

  #begin(agreement: Agreement): void {
    this.candidates.serve(this.#exchange.served);
    this.#session = new RtpSession({
      agreement,
      sent: this.#sent,
      transport: this.#transport,
      listener: {
        packetArrived: (packet, from, now) => {
          this.flowsOut[from.codec.kind].moved(now);
          this.forwarders[from.codec.kind].forward(packet, from, now);
        },
        reportArrived: (report, from, now) => {
          this.forwarders[from.codec.kind].report(report, from, now);
        },
        keyframeWanted: () => this.source('VIDEO')?.provideKeyframe(),
      },
      receiveLimit: (now) => this.#receiveLimit(now),
    });
    for (const candidate of this.#held.splice(0)) this.#transport.addRemoteCandidate(candidate);
    this.surroundings.pulse.add(this.#beat);
    setImmediate(() => {
      this.raise('MediaSessionStarted');
    });
  }

  #sourceCodecs(): SourceCodecs {
    return {
      audio: this.source('AUDIO')?.providedCodec('audio'),
      video: this.source('VIDEO')?.providedCodec('video'),
    };
  }

  #reach(): Reach {
    return reachOf(this.settings, (reason) => {
      this.surroundings.log.warn(reason, { endpoint: this.id });
    });
  }

  /** When the transport refuses, a new one takes its place, so that the next attempt finds it unused. */
  #orRenew<T>(code: KurentoCode, begin: () => T): T {
    try {
      return begin();
    } catch (error) {
      this.surroundings.log.warn('a description was refused by the transport', { endpoint: this.id, ...thrown(error) });
      this.#transport.close();
      this.#transport = this.#openTransport();
      throw new KurentoError(code, 'The description cannot be processed', { cause: error });
    }
  }

  #stateChanged(state: TransportState): void {
    this.#connected = state === 'connected';
    this.states.changed(state);
    // Without it, a receiver would wait for the next keyframe the publisher happens to send.
    if (this.#connected) this.source('VIDEO')?.provideKeyframe();
  }

  #tick(now: number): void {
    this.tickFlows(now);
    this.#mediaFlow.tick(now);
    if (this.#connected) this.#session?.tick(now);
  }
}

/** Not zero, and not the very high numbers some stacks keep for themselves. */
function randomSsrc(): number {
  return (randomBytes(4).readUInt32BE(0) >>> 1) + 1;
}
