import type { DataCounters } from './data-channels.js';
import type { RtpKind } from '../codecs/codec.js';
import type { InboundStream } from '../rtp/inbound-stream.js';
import { complex } from './media-object.js';
import type { OutboundStream } from '../rtp/outbound-stream.js';

export interface StreamPair {
  readonly kind: RtpKind;
  /** Ids that stay the same for the life of the endpoint: what comes in, what goes out. */
  readonly ids: readonly [string, string];
  readonly inbound: InboundStream | undefined;
  readonly outbound: OutboundStream | undefined;
}

/** Statistics of an endpoint by id, in the shape of a Kurento Media Server (§7.4). */
export function endpointStats(
  endpointId: string,
  pairs: readonly StreamPair[],
  channels: readonly DataCounters[],
): Record<string, unknown> {
  const timestampMillis = Date.now();
  const stats: Record<string, unknown> = {
    [endpointId]: complex('EndpointStats', {
      id: endpointId,
      type: 'endpoint',
      timestampMillis,
      // Filled by pipelines that measure latency; this one does not.
      inputLatency: [],
      E2ELatency: [],
    }),
  };
  for (const { ids, inbound, outbound } of pairs) {
    stats[ids[0]] = complex('RTCInboundRTPStreamStats', inboundStats(ids[0], inbound, timestampMillis));
    stats[ids[1]] = complex('RTCOutboundRTPStreamStats', outboundStats(ids[1], outbound, timestampMillis));
  }
  for (const { id, channel, ...counters } of channels) {
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

/** What every stream has, whether the engine knows it or not. */
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
    targetBitrate: 0,
    firCount: 0,
    pliCount: stream?.counters.keyframeRequests ?? 0,
    nackCount: stream?.counters.nacks ?? 0,
  };
}
