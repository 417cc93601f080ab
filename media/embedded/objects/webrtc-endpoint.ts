import type { RtpKind } from '../codecs/codec.js';
import { thrown } from '../log.js';
import { Ownership } from '../rtp/bandwidth/receivers.js';
import { Flow } from '../rtp/flow.js';
import type { Loudness } from '../rtp/loudness.js';
import { RankedStream } from '../rtp/loudest-streams.js';
import type { InboundStream } from '../rtp/inbound-stream.js';
import type { LayerWish } from '../rtp/layer-choice.js';
import type { SenderReport } from '../rtp/rtcp.js';
import type { RtpPacket } from '../rtp/rtp-packet.js';
import { RtpSessions } from '../rtp/rtp-sessions.js';
import type { Agreement, SourceCodecs } from '../sdp/agreement.js';
import type { ChannelOptions, TransportListener, TransportState } from '../transport/transport.js';
import { ConnectionStates } from './connection-states.js';
import type { DataPath } from './data-channels.js';
import { DataChannels } from './data-channels.js';
import { EndpointFigures } from './endpoint-figures.js';
import { EndpointNegotiation } from './endpoint-negotiation.js';
import { reachOf } from './endpoint-reach.js';
import { defaultSettings } from './endpoint-settings.js';
import { EndpointTransports } from './endpoint-transports.js';
import { LayerDemand } from './layer-demand.js';
import { LocalCandidates } from './local-candidates.js';
import type { ProvidedCodec } from './media-element.js';
import { MediaElement } from './media-element.js';
import type { EventFields, ObjectContext } from './media-object.js';
import type { MediaPipeline } from './media-pipeline.js';
import { perform } from './operations.js';
import type { IceCandidate, MediaType } from './parameters.js';
import { newSentStreams } from './sent-streams.js';
import { Silence } from './silence.js';
import { EndpointStats } from './endpoint-stats.js';
import { webRtcEndpointClass, webRtcEndpointOperations } from './webrtc-operations.js';

/**
 * Media counts as connected until this long after the last packet, in ms (docs/protocols/kurento-media.md#75-events).
 */
const mediaSilenceMs = 25_000;
/** The lowest limit that a subscriber's estimate gives a publisher, in bit/s. With less there is hardly a picture. */
const leastLimit = 150_000;

export interface WebRtcEndpointOptions {
  readonly useDataChannels?: boolean | undefined;
  /** These two matter only in offers that the endpoint makes: in an answer the other side decides. */
  readonly recvonly?: boolean | undefined;
  readonly sendonly?: boolean | undefined;
}

/** One end of a WebRTC connection. A client sends media to it, receives media from it, or both. */
export class WebRtcEndpoint extends MediaElement {
  readonly class = webRtcEndpointClass;
  readonly settings = { ...defaultSettings };
  limitsVideoSent = false;
  readonly states: ConnectionStates;
  readonly candidates: LocalCandidates;
  readonly negotiation: EndpointNegotiation;
  /** Undefined when the endpoint was created without data channels. */
  readonly data: DataChannels | undefined;
  /** The fields of `rembParams` that were set. They are only remembered. */
  remb: Record<string, unknown> = {};
  readonly #sent = newSentStreams();
  readonly #ownership = new Ownership(this.pipeline.receivers);
  readonly #figures: EndpointFigures;
  readonly #stats = new EndpointStats(this.id);
  readonly #mediaFlow: Flow;
  /** In the order of the transports. */
  readonly #silences: Silence[] = [];
  readonly #beat = (now: number): void => {
    this.#tick(now);
  };
  readonly #demand = new LayerDemand((layers) => {
    this.raise('LayersWanted', { layers });
  });
  #wish: LayerWish = {};
  readonly #transports: EndpointTransports;
  /** Id of the extension by which the client says how loud its audio is; 0: it does not. */
  #levelExtension = 0;
  #loudness: Loudness | undefined;
  readonly #ranked = new RankedStream();
  /** Media or a report has come, or was to be sent. Before that nothing of it repeats or times out. */
  #isUsed = false;
  /** Undefined before both sides are described. */
  #sessions: RtpSessions | undefined;
  /** The transport of the data channels, by its place. */
  #dataTransport = -1;

  /** @throws NoCapacity */
  constructor(
    pipeline: MediaPipeline,
    context: ObjectContext,
    { useDataChannels = false, recvonly = false, sendonly = false }: WebRtcEndpointOptions = {},
  ) {
    super(webRtcEndpointClass.type, pipeline, context);
    this.#figures = new EndpointFigures(context.figures, this.id, pipeline.id, () =>
      Math.max(...(['audio', 'video'] as const).map((kind) => this.forwarders[kind].sinks.length)),
    );
    const raise = (event: string, fields: EventFields): void => {
      this.raise(event, fields);
    };
    this.states = new ConnectionStates(
      raise,
      (event) => this.isHeard(event),
      (transport) => this.#transports.all[transport]?.selectedPair(),
    );
    this.candidates = new LocalCandidates(raise);
    this.data = useDataChannels
      ? new DataChannels({
          open: (options) => this.#transports.openChannel(options),
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
    this.#transports = new EndpointTransports({
      open: (place) => context.transports.open(this.#listener(place)),
      reach: () =>
        reachOf(this.settings, (reason) => {
          context.log.warn(reason, { endpoint: this.id });
        }),
      refused: (error) => {
        context.log.warn('a description was refused by the transport', { endpoint: this.id, ...thrown(error) });
      },
    });
    this.negotiation = new EndpointNegotiation({
      sent: this.#sent,
      dataChannels: useDataChannels,
      // Neither counts when both are set, as on a Kurento Media Server.
      direction: recvonly === sendonly ? 'sendrecv' : recvonly ? 'recvonly' : 'sendonly',
      settings: this.settings,
      transports: this.#transports,
      candidates: this.candidates,
      sources: () => this.#sourceCodecs(),
      agreed: (agreement) => {
        this.#begin(agreement);
      },
    });
  }

  invoke(name: string, params: unknown): unknown {
    return perform(webRtcEndpointOperations, this, name, params);
  }

  gatherCandidates(): void {
    this.states.gathering();
    this.candidates.ask();
  }

  /** Text that is no candidate is ignored. @throws KurentoError 40401 */
  addIceCandidate(candidate: IceCandidate): void {
    this.negotiation.requireSection(candidate.sdpMid, candidate.sdpMLineIndex);
    this.#transports.addRemoteCandidate(candidate);
  }

  get mediaState(): 'CONNECTED' | 'DISCONNECTED' {
    return this.#mediaFlow.flowing ? 'CONNECTED' : 'DISCONNECTED';
  }

  take(packet: RtpPacket, from: InboundStream, now: number): void {
    const { kind } = from.codec;
    this.#isUsed = true;
    this.flowsIn[kind].moved(now);
    this.#sessions?.of(kind)?.forward(packet, from, now);
  }

  reported(report: SenderReport, from: InboundStream, now: number): void {
    this.#sessions?.of(from.codec.kind)?.report(report, from, now);
  }

  provideKeyframe(): void {
    const now = this.context.pulse.now();
    this.#sessions?.of('video')?.inbound('video', now)?.keyframes.request(now);
  }

  /** What its client wants of the picture. `receiver`: whose bandwidth it shares; undefined: as before. */
  wants({ receiver, ...wish }: LayerWish & { readonly receiver?: string | undefined }): void {
    if (this.#ownership.become(receiver)) this.#sessions?.moveTo(this.#ownership.receiver);
    this.#wish = wish;
    this.#sessions?.of('video')?.outbound('video')?.wants(wish);
  }

  /** Which layers of what its client sends somebody wants. Empty before that is known. */
  get layersWanted(): readonly boolean[] {
    return this.#demand.layers;
  }

  override wantedLayers(count: number): number {
    return this.#sessions?.of('video')?.outbound('video')?.wantedLayers(count) ?? super.wantedLayers(count);
  }

  provided(kind: RtpKind): ProvidedCodec | undefined {
    return this.#sessions?.of(kind)?.incomingCodec(kind);
  }

  stats(type: MediaType | undefined): Record<string, unknown> | null {
    return this.#stats.of(type, this.#sessions, this.data, this.context.pulse.now());
  }

  override takeData(path: DataPath, message: string | Buffer): void {
    if (this.#sessions?.at(this.#dataTransport)?.connected) this.data?.send(path, message);
  }

  /** Opens a data channel. False when the endpoint has none, or is not connected. */
  openChannel(options: ChannelOptions): boolean {
    return this.data !== undefined && this.#transports.openChannel(options);
  }

  override isReceiving(): boolean {
    return this.#sessions?.of('video')?.connected ?? false;
  }

  override videoWanted(now: number): number | undefined {
    const wanted = this.#sessions?.of('video')?.videoWanted(now);
    const limit = this.limitsVideoSent ? this.settings.maxVideoSendBandwidth * 1000 : 0;
    return limit > 0 ? Math.min(limit, wanted ?? limit) : wanted;
  }

  override release(): void {
    this.context.pulse.remove(this.#beat);
    this.#figures.release();
    this.#sessions?.close();
    this.#ownership.end();
    if (this.#loudness) this.pipeline.listenNoMore(this.id);
    this.pipeline.loudest.leave(this.#ranked);
    super.release();
    this.#transports.close();
  }

  protected sourceChanged(kind: RtpKind): void {
    this.#sessions?.of(kind)?.outbound(kind)?.detach();
  }

  /**
   * How much video the publisher may send, in bit/s; 0: no limit. It is limited by the application, and by what the
   * fastest subscriber can take. The slowest does not count: one bad network must not spoil the picture for
   * everybody.
   */
  #receiveLimit(now: number): number {
    const allowed = this.settings.maxVideoRecvBandwidth * 1000 || Number.POSITIVE_INFINITY;
    // Of several layers each subscriber gets one, and all together need more than any of them.
    const hasLayers = (this.#sessions?.of('video')?.layers ?? 0) > 1;
    const ofSinks = hasLayers ? undefined : this.wantedOfSinks(now);
    const wanted = Math.max(leastLimit, ofSinks ?? Number.POSITIVE_INFINITY);
    const limit = Math.min(allowed, wanted);
    return Number.isFinite(limit) ? limit : 0;
  }

  /** `place`: of the transport. */
  #listener(place: number): TransportListener {
    const { pulse } = this.context;
    const silence = new Silence((isSilent) => {
      this.states.silenceChanged(place, isSilent);
    });
    this.#silences[place] = silence;
    return {
      rtp: (packet) => {
        const now = pulse.now();
        this.#isUsed = true;
        this.#mediaFlow.moved(now);
        silence.mediaHeard(now);
        this.#sessions?.at(place)?.rtpArrived(packet, now);
      },
      rtcp: (packet) => {
        const now = pulse.now();
        this.#isUsed = true;
        this.#mediaFlow.moved(now);
        silence.reportHeard(now);
        this.#sessions?.at(place)?.rtcpArrived(packet, now);
      },
      stateChanged: (state) => {
        this.#stateChanged(place, state);
      },
      candidateFound: (candidate) => {
        this.candidates.add(place, candidate);
      },
      gathered: () => {
        this.candidates.complete(place);
      },
      channelOpened: (channel) => this.data?.opened(channel),
      channelClosed: (channel) => this.data?.closed(channel),
      messageArrived: (channel, message) => {
        this.data?.arrived(channel, message);
        this.giveData(channel, message);
      },
      failed: (error) => {
        this.failed(error);
      },
    };
  }

  #begin(agreement: Agreement): void {
    this.states.serve(agreement);
    this.#levelExtension = agreement.sections.find(({ media }) => media?.levelExtension)?.media?.levelExtension ?? 0;
    if (this.#levelExtension !== 0) this.#loudness ??= this.pipeline.listenTo(this.id);
    this.#dataTransport = agreement.transports.findIndex(({ data }) => data);
    this.#sessions = new RtpSessions({
      agreement,
      sent: this.#sent,
      transports: this.#transports.all,
      listener: {
        packetArrived: (packet, from, now) => {
          const { kind } = from.codec;
          this.flowsOut[kind].moved(now);
          if (kind === 'video' || this.#listen(packet, from, now)) this.forwarders[kind].forward(packet, from, now);
          else this.forwarders[kind].forwardWithheld(packet, from, now);
        },
        reportArrived: (report, from, now) => {
          this.forwarders[from.codec.kind].report(report, from, now);
        },
        keyframeWanted: () => this.source('VIDEO')?.provideKeyframe(),
        streamEnded: () => {
          for (const silence of this.#silences) silence.goodbye();
        },
      },
      receiveLimit: (now) => this.#receiveLimit(now),
      receiver: this.#ownership.receiver,
    });
    this.wants(this.#wish);
    this.#figures.agreed(agreement, this.#sessions, this.context.pulse.now());
    this.beat(this.#beat);
    setImmediate(() => {
      this.raise('MediaSessionStarted');
    });
  }

  /** RFC 6464 §3: seven bits are the level, and one says whether the sender takes it for speech. @returns whether receivers get it */
  #listen(packet: RtpPacket, from: InboundStream, now: number): boolean {
    if (!this.#loudness) return true;
    const { loudest } = this.pipeline;
    const byte = packet.firstByte(this.#levelExtension);
    const level = byte === -1 ? -1 : byte & 0x7f;
    if (level !== -1) this.#loudness.heard(level, packet.timestamp, from.codec.clockRate);
    // What is muted for all goes nowhere, and takes no place of others.
    if (this.forwarders.audio.sinks.length === 0) loudest.leave(this.#ranked);
    else {
      const isLet = loudest.lets(this.#ranked, level, now);
      from.letThrough(packet, isLet);
      return isLet;
    }
    return true;
  }

  #sourceCodecs(): SourceCodecs {
    const video = this.source('VIDEO')?.provided('video');
    return {
      audio: this.source('AUDIO')?.provided('audio')?.codec,
      video: video?.codec,
      videoParameters: video?.parameters,
    };
  }

  /** `place`: of the transport. */
  #stateChanged(place: number, state: TransportState): void {
    const session = this.#sessions?.at(place);
    if (session) session.connected = state === 'connected';
    this.states.changed(place, state);
    if (state === 'connected') this.#silences[place]?.begin(this.context.pulse.now());
    this.#figures.stateChanged(state, this.context.pulse.now());
    if (state === 'failed' || state === 'closed') {
      for (const kind of ['audio', 'video'] as const)
        if ((this.#sessions?.of(kind) ?? session) === session) this.tellSourceEnded(kind);
    }
    // Otherwise the picture would begin with the next keyframe that the publisher happens to send.
    if (session?.connected && session.has('video')) this.source('VIDEO')?.provideKeyframe();
  }

  #tick(now: number): void {
    const video = this.#sessions?.of('video');
    if (this.#isUsed) {
      this.#tickMedia(now);
      if (video && this.#loudness) video.isSpeaking = this.#loudness.speaks(now);
    }
    const layers = video?.connected ? video.layers : 0;
    if (layers > 0) this.#demand.tick(layers, this.layersOfSinks(layers), now);
  }

  #tickMedia(now: number): void {
    this.tickFlows(now);
    this.#mediaFlow.tick(now);
    this.#figures.tick(now);
    this.#sessions?.tick(now);
    for (let place = 0; place < this.#silences.length; place++) {
      const session = this.#sessions?.at(place);
      if (session?.connected) this.#silences[place]?.tick(now, session.outbound('video')?.counters.packets ?? 0);
    }
  }
}
