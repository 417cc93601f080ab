import { randomBytes, randomUUID } from 'node:crypto';
import type { CodecName, RtpKind } from '../sdp/codec.js';
import { ConnectionStates } from './connection-states.js';
import { reachOf } from './endpoint-reach.js';
import { defaultSettings } from './endpoint-settings.js';
import { KurentoError } from '../protocol/errors.js';
import { Flow } from '../rtp/flow.js';
import type { InboundStream } from '../rtp/inbound-stream.js';
import { LocalCandidates } from './local-candidates.js';
import { thrown } from '../log.js';
import { MediaElement } from './media-element.js';
import type { EventFields, Surroundings } from './media-object.js';
import type { MediaPipeline } from './media-pipeline.js';
import type { Agreement } from './negotiation.js';
import { negotiate } from './negotiation.js';
import { perform } from './operations.js';
import type { MediaType } from '../protocol/parameters.js';
import type { SenderReport } from '../rtp/rtcp.js';
import type { RtpPacket } from '../rtp/rtp-packet.js';
import { RtpSession } from '../rtp/rtp-session.js';
import type { Offer } from '../sdp/sdp.js';
import { InvalidSdp, parseOffer } from '../sdp/sdp.js';
import type { SentStreams } from '../sdp/sdp-answer.js';
import { withCandidates, writeAnswer } from '../sdp/sdp-answer.js';
import { endpointStats } from './stats.js';
import type { LocalDescription, Transport, TransportState } from '../transport/transport.js';
import { webRtcEndpointClass, webRtcEndpointOperations } from './webrtc-operations.js';

/** Media counts as connected until this long after the last packet, in ms (Kurento media protocol §7.5). */
const mediaSilenceMs = 25_000;
/** No estimate of a subscriber makes a publisher send less, in bit/s: below it there is hardly a picture. */
const leastLimit = 150_000;
/** Remote candidates that are kept while there is no offer; a browser sends a handful. */
const mostHeld = 100;

/** One WebRTC end: a browser publishes to it, or is fed by it, or both. */
export class WebRtcEndpoint extends MediaElement {
  readonly class = webRtcEndpointClass;
  readonly settings = { ...defaultSettings };
  readonly states: ConnectionStates;
  readonly candidates: LocalCandidates;
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
  #transport: Transport;
  #session: RtpSession | undefined;
  #connected = false;
  #localSdp: string | undefined;
  #remoteSdp: string | undefined;
  #held: string[] = [];

  /** @throws NoCapacity */
  constructor(pipeline: MediaPipeline, surroundings: Surroundings) {
    super(webRtcEndpointClass.type, pipeline, surroundings);
    const raise = (event: string, fields: EventFields): void => {
      this.raise(event, fields);
    };
    this.states = new ConnectionStates(raise, () => this.#transport.selectedPair());
    this.candidates = new LocalCandidates(raise);
    this.#mediaFlow = new Flow((flowing) => {
      const [oldState, newState] = flowing ? ['DISCONNECTED', 'CONNECTED'] : ['CONNECTED', 'DISCONNECTED'];
      raise('MediaStateChanged', { oldState, newState });
    }, mediaSilenceMs);
    this.#transport = this.#openTransport();
  }

  invoke(name: string, params: unknown): unknown {
    return perform(webRtcEndpointOperations, this, name, params);
  }

  /** Negotiates, once. Takes the offer, returns the answer without candidates. @throws KurentoError 402xx */
  processOffer(text: string): string {
    if (this.#session) throw new KurentoError(40208, 'Endpoint already negotiated');
    if (text === '') throw new KurentoError(40201, 'Empty offer not valid');
    const agreement = negotiate(readOffer(text), {
      audio: this.source('AUDIO')?.providedCodec('audio'),
      video: this.source('VIDEO')?.providedCodec('video'),
    });
    if (!agreement) throw new KurentoError(40205, 'Nothing in the offer can be served');
    this.candidates.serve(agreement.sections.flatMap(({ media, offered }) => (media ? offered : [])));
    const local = this.#reach(agreement);
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
    this.#remoteSdp = text;
    this.#localSdp = writeAnswer(agreement, local, this.#sent);
    for (const candidate of this.#held.splice(0)) this.#transport.addRemoteCandidate(candidate);
    this.surroundings.pulse.add(this.#beat);
    setImmediate(() => {
      this.raise('MediaSessionStarted');
    });
    return this.#localSdp;
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
    return this.#localSdp === undefined ? undefined : withCandidates(this.#localSdp, this.candidates.found);
  }

  get remoteSdp(): string | undefined {
    return this.#remoteSdp;
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
    return type && pairs.length === 0 ? null : endpointStats(this.id, pairs);
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
    });
  }

  #reach(agreement: Agreement): LocalDescription {
    try {
      const reach = reachOf(this.settings, (reason) => {
        this.surroundings.log.warn(reason, { endpoint: this.id });
      });
      return this.#transport.answer(agreement.remote, reach);
    } catch (error) {
      this.surroundings.log.warn('an offer was refused by the transport', { endpoint: this.id, ...thrown(error) });
      this.#transport.close();
      this.#transport = this.#openTransport();
      throw new KurentoError(40205, 'The offer cannot be processed', { cause: error });
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

function readOffer(text: string): Offer {
  try {
    return parseOffer(text);
  } catch (error) {
    if (error instanceof InvalidSdp) throw new KurentoError(40201, 'Invalid SDP', { cause: error });
    throw error;
  }
}

/** Not zero, and not the very high numbers some stacks keep for themselves. */
function randomSsrc(): number {
  return (randomBytes(4).readUInt32BE(0) >>> 1) + 1;
}
