import { RecorderEndpoint } from '../../../../media/embedded/objects/recorder-endpoint.js';
import { writeSenderReport } from '../../../../media/embedded/rtp/rtcp.js';
import type { EncodedMedia, PictureCodec } from '../../../support/encoded-media.js';
import { picturePackets } from '../../../support/encoded-media.js';
import { rtp } from '../../../support/rtp.js';
import { av1, h264, vp8 } from '../offers.js';
import type { Peer, TestEngine } from '../engine.js';

/** Something that a client sends, and when it is sent. In ms. */
export interface Sent {
  readonly at: number;
  readonly bytes: Buffer;
  readonly isReport?: boolean;
}

const audio = { payloadType: 111, ssrc: 7 };
const video = { payloadType: vp8.payloadType, ssrc: 8 };
/** Of no meaning: where the numbers of a sender begin. */
const bases = { audio: 4_000_000_000, video: 123_456 };

/** Packets of sound from `startAt` on. */
export function soundOf({ units, ticks }: EncodedMedia, startAt: number, first = 0): Sent[] {
  return units.map((payload, index) => {
    const number = first + index;
    const timestamp = bases.audio + number * ticks;
    return { at: startAt + index * 20, bytes: rtp({ ...audio, sequence: number, timestamp, marker: true, payload }) };
  });
}

/** Packets of pictures from `startAt` on. @param before what was sent before: its numbers go on */
export function picturesOf(
  { units, ticks }: EncodedMedia,
  startAt: number,
  codec: PictureCodec = 'VP8',
  before: readonly Sent[] = [],
): Sent[] {
  const start = before[0]?.at ?? startAt;
  let sequence = before.length;
  const stream = { ...video, payloadType: { VP8: vp8, H264: h264, AV1: av1 }[codec].payloadType };
  return units.flatMap((picture, index) => {
    const at = startAt + index * 40;
    const timestamp = bases.video + Math.round(((at - start) / 40) * ticks);
    const packets = picturePackets(codec, { ...stream, sequence, timestamp }, picture);
    sequence += packets.length;
    return packets.map((bytes) => ({ at, bytes }));
  });
}

/** Reports of both streams, which begin at `startAt`, each second. The sender's clock shows another time. */
export function reportsOf(startAt: number, seconds: number): Sent[] {
  return Array.from({ length: seconds }, (_, second) => second + 0.25).flatMap((second) =>
    ([audio, video] as const).map(({ ssrc }) => {
      const wall = 3_900_000_000 + second;
      const ntp = { ntpHigh: Math.floor(wall), ntpLow: Math.floor((wall % 1) * 2 ** 32) };
      const base = ssrc === audio.ssrc ? bases.audio : bases.video;
      const timestamp = (base + second * (ssrc === audio.ssrc ? 48_000 : 90_000)) >>> 0;
      const bytes = writeSenderReport({ ssrc, ...ntp, timestamp }, 1, 1, 'ann');
      return { at: startAt + second * 1000, bytes, isReport: true };
    }),
  );
}

/** As it arrives when everything takes `ms` longer. */
export function later(ms: number, sent: readonly Sent[]): Sent[] {
  return sent.map((each) => ({ ...each, at: each.at + ms }));
}

/** As it arrives when the engine is busy from one time to another. */
export function busy(from: number, to: number, sent: readonly Sent[]): Sent[] {
  return sent.map((each) => (each.at >= from && each.at < to ? { ...each, at: to } : each));
}

/** Lets time pass, and gives each packet to its endpoint when it is there. */
export function play(engine: TestEngine, all: readonly (readonly [Peer, readonly Sent[]])[]): void {
  const queue = all.flatMap(([peer, sent]) => sent.map((each) => ({ ...each, peer })));
  for (const { at, bytes, isReport, peer } of queue.sort((one, other) => one.at - other.at)) {
    engine.pass(Math.max(0, at - engine.now));
    // The engine writes into what it gets.
    if (isReport) peer.transport.listener.rtcp(Buffer.from(bytes));
    else peer.transport.listener.rtp(Buffer.from(bytes));
  }
}

/** A recorder, and when its file begins by the clock of the engine. */
export interface RecordedFile {
  readonly recorder: RecorderEndpoint;
  readonly startedAt: () => number;
}

export function recordInto(engine: TestEngine, uri: string, source: Peer): RecordedFile {
  const recorder = engine.server.create('RecorderEndpoint', { mediaPipeline: engine.pipeline.id, uri });
  if (!(recorder instanceof RecorderEndpoint)) throw new Error('no recorder');
  let startedAt: number | undefined;
  const session = engine.server.sessions.open();
  session.channel = {
    send: (text) => {
      const [, timestamp] = /"timestampMillis":"(\d+)"/.exec(text) ?? [];
      startedAt ??= engine.now - (Date.now() - Number(timestamp));
    },
  };
  engine.server.subscriptions.add(session, recorder, 'Recording');
  for (const type of ['AUDIO', 'VIDEO'] as const) source.endpoint.connect(recorder, type);
  recorder.record();
  return {
    recorder,
    startedAt: () => {
      if (startedAt === undefined) throw new Error('it has not begun');
      return startedAt;
    },
  };
}
