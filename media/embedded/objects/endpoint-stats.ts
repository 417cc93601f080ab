import { randomUUID } from 'node:crypto';
import type { RtpKind } from '../codecs/codec.js';
import type { InboundStream } from '../rtp/inbound-stream.js';
import type { OutboundStream } from '../rtp/outbound-stream.js';
import type { RtpSessions } from '../rtp/rtp-sessions.js';
import type { DataChannels } from './data-channels.js';
import { complex } from './media-object.js';
import type { MediaType } from './parameters.js';

/**
 * Statistics of one endpoint by id, in the shape of a Kurento Media Server
 * (docs/protocols/kurento-media.md#74-getstats).
 */
export class EndpointStats {
  readonly #endpointId: string;
  /** Ids stay the same for the life of the endpoint. */
  readonly #streamIds: Readonly<Record<RtpKind, { readonly inbound: string; readonly outbound: string }>> = {
    audio: { inbound: randomUUID(), outbound: randomUUID() },
    video: { inbound: randomUUID(), outbound: randomUUID() },
  };

  constructor(endpointId: string) {
    this.#endpointId = endpointId;
  }

  /** `type` undefined: of everything. Null when the endpoint has nothing of this type. */
  of(
    type: MediaType | undefined,
    sessions: RtpSessions | undefined,
    data: DataChannels | undefined,
    now: number,
  ): Record<string, unknown> | null {
    // As on a Kurento Media Server: there is nothing to tell before the negotiation.
    if (!sessions) return type ? null : {};
    const timestampMillis = Date.now();
    const media = {
      ...(!type || type === 'AUDIO' ? this.#streams('audio', sessions, timestampMillis, now) : {}),
      ...(!type || type === 'VIDEO' ? this.#streams('video', sessions, timestampMillis, now) : {}),
      ...(!type || type === 'DATA' ? channelStats(data, timestampMillis) : {}),
    };
    if (type && Object.keys(media).length === 0) return null;
    const id = this.#endpointId;
    // The latencies are for pipelines that measure them; this engine does not.
    const latencies = { inputLatency: [], E2ELatency: [], ...noLatencies };
    const endpoint = { id, type: 'endpoint', timestampMillis, ...latencies };
    return { [id]: complex('EndpointStats', endpoint), ...media };
  }

  #streams(kind: RtpKind, sessions: RtpSessions, timestampMillis: number, now: number): Record<string, unknown> {
    const session = sessions.of(kind);
    if (!session) return {};
    const { inbound, outbound } = this.#streamIds[kind];
    return {
      [inbound]: complex('RTCInboundRTPStreamStats', inboundStats(inbound, session.inbound(kind), timestampMillis)),
      [outbound]: complex(
        'RTCOutboundRTPStreamStats',
        outboundStats(outbound, session.outbound(kind), timestampMillis, kind === 'video' ? session.bandwidth(now) : 0),
      ),
    };
  }
}

function channelStats(data: DataChannels | undefined, timestampMillis: number): Record<string, unknown> {
  const stats: Record<string, unknown> = {};
  for (const { id, channel, ...counters } of data?.all ?? []) {
    stats[id] = complex('RTCDataChannelStats', {
      id,
      type: 'datachannel',
      timestampMillis,
      label: channel.label,
      protocol: channel.protocol,
      datachannelid: channel.id,
      state: 'open',
      ...counters,
    });
  }
  return stats;
}

/** In ns. Pages of KMS 6 calculate with these numbers; `inputLatency` and `E2ELatency` are lists by stream. */
const noLatencies = { inputAudioLatency: 0, inputVideoLatency: 0, audioE2ELatency: 0, videoE2ELatency: 0 };

/** Fields that every stream has and the engine does not know. */
const unknowns = {
  sliCount: 0,
  remb: 0,
  isRemote: false,
  associateStatsId: '',
  codecId: '',
  mediaTrackId: '',
  transportId: '',
};

function inboundStats(id: string, stream: InboundStream | undefined, timestampMillis: number): Record<string, unknown> {
  return {
    ...unknowns,
    id,
    type: 'inboundrtp',
    timestampMillis,
    ssrc: String(stream?.ssrc ?? 0),
    bytesReceived: stream?.counters.octets ?? 0,
    packetsReceived: stream?.counters.packets ?? 0,
    packetsLost: stream?.packetsLost ?? 0,
    fractionLost: stream?.fractionLost ?? 0,
    jitter: stream?.jitter ?? 0,
    firCount: 0,
    pliCount: stream?.counters.keyframeRequests ?? 0,
    nackCount: stream?.counters.nacks ?? 0,
  };
}

function outboundStats(
  id: string,
  stream: OutboundStream | undefined,
  timestampMillis: number,
  bandwidth: number | undefined,
): Record<string, unknown> {
  return {
    ...unknowns,
    id,
    type: 'outboundrtp',
    timestampMillis,
    ssrc: String(stream?.ssrc ?? 0),
    bytesSent: stream?.counters.octets ?? 0,
    packetsSent: stream?.counters.packets ?? 0,
    packetsLost: stream?.packetsLost ?? 0,
    fractionLost: stream?.fractionLost ?? 0,
    roundTripTime: stream?.roundTripTime ?? 0,
    // What the client can take altogether. A Kurento Media Server has 0 here.
    targetBitrate: Math.round(bandwidth ?? 0),
    firCount: 0,
    pliCount: stream?.counters.keyframeRequests ?? 0,
    nackCount: stream?.counters.nacks ?? 0,
  };
}
