import type { Codec } from '../codecs/codec.js';
import type { PacketRing } from './packet-ring.js';
import { headerSize } from './rtp-packet.js';

/** What a stream is with its pictures up to one temporal layer. */
export interface TemporalFigure {
  /** Of the bytes of the whole stream, 0 to 1. */
  readonly share: number;
  /** Pictures in a second. */
  readonly frameRate: number;
}

/** Weight of the last second beside those before: one with a keyframe in it says little of the others. */
const weight = 1 / 4;

/**
 * What the temporal layers of a stream carry, from the packets of its last second that are kept anyway; the lowest layer first. Undefined: the
 * stream has one layer, or tells of none. Called once a second.
 * @param newest extended number of its newest packet. @param before what this returned last
 */
export function temporalFigures(
  { temporal, clockRate }: Codec,
  ring: PacketRing,
  newest: number,
  before: readonly TemporalFigure[] | undefined,
): readonly TemporalFigure[] | undefined {
  if (!temporal) return undefined;
  const layerOf = (body: Buffer): number => (body.length > headerSize ? temporal.layerOf(body, headerSize) : -1);
  const last = ring.get(newest);
  if (!last || layerOf(last.body) === -1) return before && last?.body.length === headerSize ? before : undefined;
  const [bytes, pictures] = [
    [0, 0, 0, 0],
    [0, 0, 0, 0],
  ];
  let timestamp = -1;
  let oldest = last.timestamp;
  for (let number = newest; number > newest - ring.size; number--) {
    const kept = ring.get(number);
    if (!kept) continue;
    if (((last.timestamp - kept.timestamp) | 0) > clockRate) break;
    const layer = layerOf(kept.body);
    if (layer === -1) continue;
    bytes[layer] = (bytes[layer] ?? 0) + kept.body.length;
    if (kept.timestamp !== timestamp) pictures[layer] = (pictures[layer] ?? 0) + 1;
    timestamp = oldest = kept.timestamp;
  }
  const count = pictures.findLastIndex((value) => value > 0) + 1;
  const seconds = ((last.timestamp - oldest) >>> 0) / clockRate;
  if (count < 2 || seconds === 0) return undefined;
  const all = sumTo(bytes, count);
  const intervals = sumTo(pictures, count) - 1;
  return Array.from({ length: count }, (_, layer) => {
    const share = sumTo(bytes, layer + 1) / all;
    const frameRate = ((sumTo(pictures, layer + 1) / (intervals + 1)) * intervals) / seconds;
    const former = before?.length === count ? before[layer] : undefined;
    return former
      ? { share: mean(former.share, share), frameRate: mean(former.frameRate, frameRate) }
      : { share, frameRate };
  });
}

function sumTo(figures: readonly number[], end: number): number {
  return figures.slice(0, end).reduce((sum, figure) => sum + figure, 0);
}

function mean(before: number, present: number): number {
  return before + (present - before) * weight;
}
