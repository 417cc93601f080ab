import type { RtpKind } from '../codecs/codec.js';
import { thrown } from '../log.js';
import { Flow } from '../rtp/flow.js';
import type { InboundStream } from '../rtp/inbound-stream.js';
import type { SenderReport } from '../rtp/rtcp.js';
import type { RtpPacket } from '../rtp/rtp-packet.js';
import { RtpSession } from '../rtp/rtp-session.js';
import type { Agreement, SourceCodecs } from '../sdp/agreement.js';
import type { ChannelOptions, TransportListener, TransportState } from '../transport/transport.js';
import { ConnectionStates } from './connection-states.js';
import type { DataPath } from './data-channels.js';
import { DataChannels } from './data-channels.js';
import { EndpointNegotiation } from './endpoint-negotiation.js';
import { reachOf } from './endpoint-reach.js';
import { defaultSettings } from './endpoint-settings.js';
import { EndpointTransport } from './endpoint-transport.js';
import { LocalCandidates } from './local-candidates.js';
import type { ProvidedCodec } from './media-element.js';
import { MediaElement } from './media-element.js';
import type { EventFields, ObjectContext } from './media-object.js';
import type { MediaPipeline } from './media-pipeline.js';
import { perform } from './operations.js';
import type { IceCandidate, MediaType } from './parameters.js';
import { newSentStreams } from './sent-streams.js';
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
  readonly states: ConnectionStates;
  readonly candidates: LocalCandidates;
  readonly negotiation: EndpointNegotiation;
  /** Undefined when the endpoint was created without data channels. */
  readonly data: DataChannels | undefined;
  /** The fields of `rembParams` that were set. They are only remembered. */
  remb: Record<string, unknown> = {};
  readonly #sent = newSentStreams();
  readonly #stats = new EndpointStats(this.id);
  readonly #mediaFlow: Flow;
  readonly #beat = (now: number): void => {
    this.#tick(now);
  };
  readonly #transport: EndpointTransport;
  #session: RtpSession | undefined;
  #connected = false;

  /** @throws NoCapacity */
  constructor(
    pipeline: MediaPipeline,
    context: ObjectContext,
    { useDataChannels = false, recvonly = false, sendonly = false }: WebRtcEndpointOptions = {},
  ) {
    super(webRtcEndpointClass.type, pipeline, context);
    const raise = (event: string, fields: EventFields): void => {
      this.raise(event, fields);
    };
    this.states = new ConnectionStates(raise, () => this.#transport.current.selectedPair());
    this.candidates = new LocalCandidates(raise);
    this.data = useDataChannels
      ? new DataChannels({
          open: (options) => this.#transport.current.openChannel(options),
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
    this.#transport = new EndpointTransport({
      open: () => context.transports.open(this.#listener()),
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
      transport: this.#transport,
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
  addIceCandidate({ candidate, sdpMid, sdpMLineIndex }: IceCandidate): void {
    this.negotiation.requireSection(sdpMid, sdpMLineIndex);
    this.#transport.addRemoteCandidate(candidate);
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
    if (own) this.#transport.current.sendRtcp(own);
  }

  provideKeyframe(): void {
    this.#session?.inbound('video')?.keyframes.request(this.context.pulse.now());
  }

  provided(kind: RtpKind): ProvidedCodec | undefined {
    return this.#session?.incomingCodec(kind);
  }

  stats(type: MediaType | undefined): Record<string, unknown> | null {
    return this.#stats.of(type, this.#session, this.data);
  }

  override takeData(path: DataPath, message: string | Buffer): void {
    if (this.#connected) this.data?.send(path, message);
  }

  /** Opens a data channel. False when the endpoint has none, or is not connected. */
  openChannel(options: ChannelOptions): boolean {
    return this.data !== undefined && this.#transport.current.openChannel(options);
  }

  override isReceiving(): boolean {
    return this.#connected;
  }

  override videoWanted(now: number): number | undefined {
    return this.#session?.outbound('video')?.estimate(now);
  }

  override release(): void {
    this.context.pulse.remove(this.#beat);
    super.release();
    this.#transport.close();
  }

  protected sourceChanged(kind: RtpKind): void {
    this.#session?.outbound(kind)?.detach();
  }

  /**
   * How much video the publisher may send, in bit/s; 0: no limit. It is limited by the application, and by what the
   * fastest subscriber can take. The slowest does not count: one bad network must not spoil the picture for
   * everybody.
   */
  #receiveLimit(now: number): number {
    const allowed = this.settings.maxVideoRecvBandwidth * 1000 || Number.POSITIVE_INFINITY;
    const wanted = Math.max(leastLimit, this.wantedOfSinks(now) ?? Number.POSITIVE_INFINITY);
    const limit = Math.min(allowed, wanted);
    return Number.isFinite(limit) ? limit : 0;
  }

  #listener(): TransportListener {
    const { pulse } = this.context;
    return {
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
      failed: (error) => {
        this.failed(error);
      },
    };
  }

  #begin(agreement: Agreement): void {
    this.#session = new RtpSession({
      agreement,
      sent: this.#sent,
      transport: this.#transport.current,
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
    this.beat(this.#beat);
    setImmediate(() => {
      this.raise('MediaSessionStarted');
    });
  }

  #sourceCodecs(): SourceCodecs {
    const video = this.source('VIDEO')?.provided('video');
    return {
      audio: this.source('AUDIO')?.provided('audio')?.codec,
      video: video?.codec,
      videoParameters: video?.parameters,
    };
  }

  #stateChanged(state: TransportState): void {
    this.#connected = state === 'connected';
    this.states.changed(state);
    if (state === 'failed' || state === 'closed') {
      for (const kind of ['audio', 'video'] as const) this.tellSourceEnded(kind);
    }
    // Otherwise the picture would begin with the next keyframe that the publisher happens to send.
    if (this.#connected) this.source('VIDEO')?.provideKeyframe();
  }

  #tick(now: number): void {
    this.tickFlows(now);
    this.#mediaFlow.tick(now);
    if (this.#connected) this.#session?.tick(now);
  }
}
