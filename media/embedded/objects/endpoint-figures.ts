import { mediaCounters } from '../../../media-sums.js';
import type { MediaCounter, MediaDirection, MediaStep } from '../../../media-sums.js';
import type { RtpKind } from '../codecs/codec.js';
import type { InboundStream } from '../rtp/inbound-stream.js';
import { layerReasons } from '../rtp/layer-figures.js';
import type { OutboundStream } from '../rtp/outbound-stream.js';
import type { RtpSessions } from '../rtp/rtp-sessions.js';
import type { Agreement } from '../sdp/agreement.js';
import { receives } from '../sdp/direction.js';
import type { TransportState } from '../transport/transport.js';
import type { Carried, MediaFigures, Sampled } from './media-figures.js';

type Counts = Readonly<Record<MediaCounter, number>>;

const kinds = ['audio', 'video'] as const;
const none: Counts = {
  packets: 0,
  bytes: 0,
  lost_packets: 0,
  nacks: 0,
  keyframe_requests: 0,
  retransmitted_packets: 0,
};

/** The figures of one endpoint: how its connection came about, and what its streams have carried since they were looked at last. */
export class EndpointFigures implements Sampled {
  readonly pipeline: string;
  readonly #id: string;
  readonly #figures: MediaFigures;
  readonly #audience: () => number;
  /** What each stream had counted when it was looked at last. */
  readonly #seen = new WeakMap<InboundStream | OutboundStream, Counts>();
  #sessions: RtpSessions | undefined;
  #direction: MediaDirection = 'out';
  #agreedAt = 0;
  #connectedAt: number | undefined;
  readonly #steps = new Set<MediaStep>();
  #hasFailed = false;
  #carried: Carried | undefined;

  /** @param id of the endpoint. @param audience how many receive its media */
  constructor(figures: MediaFigures, id: string, pipeline: string, audience: () => number) {
    this.#figures = figures;
    this.#id = id;
    this.pipeline = pipeline;
    this.#audience = audience;
  }

  get audience(): number {
    return this.#audience();
  }

  get carried(): Carried | undefined {
    return this.#carried;
  }

  /** Both sides are described. */
  agreed(agreement: Agreement, sessions: RtpSessions, now: number): void {
    const isIncoming = agreement.sections.some(({ media }) => media && receives(media.direction));
    this.#direction = isIncoming ? 'in' : 'out';
    this.#sessions = sessions;
    this.#agreedAt = now;
    this.#figures.add(this);
  }

  /** One of its transports is in another state: each step counts once. */
  stateChanged(state: TransportState, now: number): void {
    if (state === 'reachable' || state === 'connected') this.#step('ice', 'ok');
    if (state === 'failed' && !this.#hasFailed) {
      this.#hasFailed = true;
      this.#step(this.#steps.has('ice') ? 'dtls' : 'ice', 'failed');
    }
    if (state !== 'connected' || this.#connectedAt !== undefined) return;
    this.#connectedAt = now;
    this.#step('dtls', 'ok');
    this.#measured('offer_to_connected_seconds', now - this.#agreedAt);
  }

  /** Called about every 50 ms: looks for the first packet. */
  tick(now: number): void {
    if (this.#connectedAt === undefined || this.#steps.has('media')) return;
    if (!kinds.some((kind) => this.#carries(kind))) return;
    this.#step('media', 'ok');
    this.#measured('connected_to_media_seconds', now - this.#connectedAt);
  }

  sample(): Record<MediaDirection, number> {
    const bytes = { in: 0, out: 0 };
    this.#carried = undefined;
    for (const kind of kinds) {
      const session = this.#sessions?.of(kind);
      const outbound = session?.outbound(kind);
      for (const inbound of session?.inboundStreams(kind) ?? []) bytes.in += this.#sampleIn(kind, inbound);
      if (outbound) bytes.out += this.#sampleOut(kind, outbound);
    }
    return bytes;
  }

  release(): void {
    this.#figures.remove(this);
  }

  #step(step: MediaStep, outcome: 'ok' | 'failed'): void {
    if (this.#steps.has(step)) return;
    this.#steps.add(step);
    this.#figures.sums.step(step, outcome);
  }

  #carries(kind: RtpKind): boolean {
    const session = this.#sessions?.of(kind);
    if (this.#direction === 'in') return session?.inbound(kind) !== undefined;
    return (session?.outbound(kind)?.counters.packets ?? 0) > 0;
  }

  #sampleIn(kind: RtpKind, stream: InboundStream): number {
    const { packets, octets, repairs, keyframeRequests, nacks } = stream.counters;
    const news = this.#news('in', kind, stream, {
      ...{ packets, bytes: octets, lost_packets: stream.packetsLost, nacks },
      ...{ keyframe_requests: keyframeRequests, retransmitted_packets: repairs },
    });
    if (news.packets === 0) return 0;
    const labels = { direction: 'in', kind };
    const lost = Math.max(0, news.lost_packets);
    const loss = lost / (news.packets + lost);
    this.#figures.sums.measured('media_loss_ratio', labels, loss);
    this.#hasCarried({ packetsIn: news.packets, loss });
    this.#figures.sums.measured('media_jitter_seconds', labels, stream.jitter);
    return news.bytes;
  }

  #sampleOut(kind: RtpKind, stream: OutboundStream): number {
    const { packets, octets, repaired, keyframeRequests, nacks } = stream.counters;
    const news = this.#news('out', kind, stream, {
      ...{ packets, bytes: octets, lost_packets: stream.packetsLost, nacks },
      ...{ keyframe_requests: keyframeRequests, retransmitted_packets: repaired },
    });
    this.#sampleLayers(stream);
    if (news.packets === 0) return 0;
    const labels = { direction: 'out', kind };
    this.#figures.sums.measured('media_loss_ratio', labels, stream.fractionLost);
    // Zero: no report has told it yet.
    const roundTrip = stream.roundTripTime > 0 ? stream.roundTripTime : undefined;
    if (roundTrip !== undefined) this.#figures.sums.measured('media_rtt_seconds', labels, roundTrip);
    this.#hasCarried({
      loss: stream.fractionLost,
      ...(roundTrip !== undefined && { roundTripMs: Math.round(roundTrip * 1_000) }),
    });
    return news.bytes;
  }

  #sampleLayers({ layerFigures: { seconds, switches, lessSeconds } }: OutboundStream): void {
    const { sums } = this.#figures;
    for (const [layer, value] of seconds) sums.layerSeconds(layer, value);
    for (const [layer, counts] of switches)
      for (const reason of layerReasons) sums.layerSwitches(layer, reason, counts[reason]);
    for (const [how, value] of lessSeconds) sums.lessSeconds(how, value);
    lessSeconds.clear();
    seconds.clear();
    switches.clear();
  }

  /** One of its streams has carried something since the last sample. */
  #hasCarried({ packetsIn = 0, loss, roundTripMs }: Partial<Carried> & Pick<Carried, 'loss'>): void {
    const before: Omit<Carried, 'id'> = this.#carried ?? { packetsIn: 0, loss: 0 };
    const worst = Math.max(before.roundTripMs ?? 0, roundTripMs ?? 0);
    this.#carried = {
      ...{ id: this.#id, packetsIn: before.packetsIn + packetsIn, loss: Math.max(before.loss, loss) },
      ...(worst > 0 && { roundTripMs: worst }),
    };
  }

  /** Adds what is new. @returns it */
  #news(
    direction: MediaDirection,
    kind: RtpKind,
    stream: InboundStream | OutboundStream,
    counts: Counts,
  ): Record<MediaCounter, number> {
    const before = this.#seen.get(stream) ?? none;
    this.#seen.set(stream, counts);
    const news: Record<MediaCounter, number> = { ...counts };
    for (const name of mediaCounters) {
      news[name] = counts[name] - before[name];
      this.#figures.sums.count(name, direction, kind, news[name]);
    }
    return news;
  }

  #measured(name: 'offer_to_connected_seconds' | 'connected_to_media_seconds', ms: number): void {
    this.#figures.sums.measured(name, { direction: this.#direction }, ms / 1_000);
  }
}
