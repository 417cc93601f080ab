import { givenNumber, givenObject } from './given.js';

/** What one media connection carries, summed over its streams of a kind. Counters since its start. */
export interface ConnectionStatistics {
  /** As `RTCPeerConnection.connectionState`. */
  readonly state: RTCPeerConnectionState;
  /** How long a packet takes to the server and back, in seconds, on the path in use. Undefined until that is known. */
  readonly roundTrip: number | undefined;
  /** Whether the browser sends smaller or fewer pictures because the machine is too busy, where it tells. */
  readonly cpuLimited: boolean;
  /** What came. */
  readonly received: MediaStatistics;
  /** What went out. */
  readonly sent: MediaStatistics;
}

/** What went one way. Counters since the start of the connection. */
export interface MediaStatistics {
  /** Packets of sound. */
  readonly audioPackets: number;
  /** Packets of pictures. */
  readonly videoPackets: number;
  /** Bytes of all packets, without their headers. */
  readonly bytes: number;
  /** Packets lost on the way to us. For what we send: as the other side reports. */
  readonly packetsLost: number;
  /** How much the time between packets varies, in seconds; of the stream where it varies most. */
  readonly jitter: number;
  /** Pictures that were decoded, or encoded. */
  readonly frames: number;
  /** For how long the received picture has stood still in all, in seconds, where the browser tells. */
  readonly frozen: number;
  /** Those of them that need no other picture. */
  readonly keyFrames: number;
  /** Keyframe requests: those we sent, or those we got. */
  readonly keyFrameRequests: number;
  /** Width of the picture at this moment, in pixels; 0 where there is none. */
  readonly frameWidth: number;
  /** Height of the picture at this moment, in pixels; 0 where there is none. */
  readonly frameHeight: number;
  /** The level at this moment: 0 to 1, linear. `decibels` converts it. */
  readonly audioLevel: number;
}

/** What a connection carried between two readings. */
export interface Rates {
  /** 1 000 bits in a second. */
  readonly kbitPerSecond: number;
  /** Pictures in a second. */
  readonly framesPerSecond: number;
  /** Share of the packets that were lost, 0 to 1. */
  readonly loss: number;
}

/**
 * What was carried between two readings of `statistics`: of `received` or of `sent`. Throws `invalid-argument`.
 * @param seconds between the two readings
 */
export function ratesBetween(before: MediaStatistics, after: MediaStatistics, seconds: number): Rates {
  givenObject(before, '`before`');
  givenObject(after, '`after`');
  givenNumber(seconds, '`seconds`');
  const grown = (of: (statistics: MediaStatistics) => number): number => Math.max(0, of(after) - of(before));
  const packets = grown(({ audioPackets, videoPackets }) => audioPackets + videoPackets);
  const lost = grown(({ packetsLost }) => packetsLost);
  return {
    kbitPerSecond: (grown(({ bytes }) => bytes) * 8) / 1000 / seconds,
    framesPerSecond: grown(({ frames }) => frames) / seconds,
    loss: lost === 0 ? 0 : lost / (packets + lost),
  };
}

/** Converts a linear level, as `audioLevel`, to dB of full scale. Silence is -100. Throws `invalid-argument` for what is no number. */
export function decibels(level: number): number {
  givenNumber(level, 'The level');
  return level > 0.000_01 ? 20 * Math.log10(level) : -100;
}

export async function readStatistics(peer: RTCPeerConnection): Promise<ConnectionStatistics> {
  const received = emptySum();
  const sent = emptySum();
  let roundTrip: number | undefined;
  let cpuLimited = false;
  for (const entry of entriesOf(await peer.getStats())) {
    if (entry.type === 'inbound-rtp')
      add(received, entry, 'packetsReceived', 'bytesReceived', 'framesDecoded', 'keyFramesDecoded');
    if (entry.type === 'outbound-rtp') {
      add(sent, entry, 'packetsSent', 'bytesSent', 'framesEncoded', 'keyFramesEncoded');
      cpuLimited ||= entry.qualityLimitationReason === 'cpu';
    }
    if (entry.type === 'media-source' && entry.kind === 'audio') sent.audioLevel = count(entry, 'audioLevel');
    if (entry.type === 'remote-inbound-rtp') {
      sent.packetsLost += count(entry, 'packetsLost');
      sent.jitter = Math.max(sent.jitter, count(entry, 'jitter'));
    }
    if (entry.type === 'candidate-pair' && entry.nominated === true && typeof entry.currentRoundTripTime === 'number')
      roundTrip = entry.currentRoundTripTime;
  }
  return { state: peer.connectionState, roundTrip, cpuLimited, received, sent };
}

export type Entry = Readonly<Record<string, unknown>>;
type Sum = { -readonly [K in keyof MediaStatistics]: MediaStatistics[K] };

/** RTCStatsReport is a map in every browser, but its entries are typed by their common members only. */
export function entriesOf(report: RTCStatsReport): readonly Entry[] {
  const entries: Entry[] = [];
  report.forEach((entry: Entry) => entries.push(entry));
  return entries;
}

function add(sum: Sum, entry: Entry, packets: string, bytes: string, frames: string, keyFrames: string): void {
  sum.bytes += count(entry, bytes);
  if (entry.type === 'inbound-rtp') {
    sum.packetsLost += count(entry, 'packetsLost');
    sum.jitter = Math.max(sum.jitter, count(entry, 'jitter'));
    sum.frozen += count(entry, 'totalFreezesDuration');
  }
  if (entry.kind === 'audio') {
    sum.audioPackets += count(entry, packets);
    if (entry.type === 'inbound-rtp') sum.audioLevel = Math.max(sum.audioLevel, count(entry, 'audioLevel'));
    return;
  }
  sum.videoPackets += count(entry, packets);
  sum.frames += count(entry, frames);
  sum.keyFrames += count(entry, keyFrames);
  sum.keyFrameRequests += count(entry, 'pliCount') + count(entry, 'firCount');
  sum.frameWidth = Math.max(sum.frameWidth, count(entry, 'frameWidth'));
  sum.frameHeight = Math.max(sum.frameHeight, count(entry, 'frameHeight'));
}

function count(entry: Entry, member: string): number {
  const value = entry[member];
  return typeof value === 'number' ? value : 0;
}

function emptySum(): Sum {
  return {
    audioPackets: 0,
    videoPackets: 0,
    bytes: 0,
    packetsLost: 0,
    jitter: 0,
    frames: 0,
    frozen: 0,
    keyFrames: 0,
    keyFrameRequests: 0,
    frameWidth: 0,
    frameHeight: 0,
    audioLevel: 0,
  };
}
