import type { InboundStream } from './inbound-stream.js';
import type { TemporalFigure } from './temporal-figures.js';
import { allPictures } from './thinning.js';

/** A layer of a picture with its pictures up to one temporal layer. */
export interface Step {
  /** Counted from the smallest. */
  readonly layer: number;
  /** Highest temporal layer that is sent. */
  readonly most: number;
  /** In bit/s. */
  readonly cost: number;
}

/** A publisher sends no exact number of pictures in a second. */
const tolerance = 1.25;

/** Highest temporal layer of a stream with which it has no more pictures in a second than these; undefined: any number. */
export function mostOf(temporal: readonly TemporalFigure[] | undefined, maxFrameRate: number | undefined): number {
  if (!temporal || maxFrameRate === undefined) return allPictures;
  const above = temporal.findIndex(({ frameRate }) => frameRate > maxFrameRate * tolerance);
  return above === -1 ? allPictures : Math.max(0, above - 1);
}

/** What a stream may be sent with, the cheapest first. The last step is all that the receiver wants of it. */
export function stepsOf(
  { temporal }: Partial<Pick<InboundStream, 'temporal'>>,
  layer: number,
  cost: number,
  maxFrameRate: number | undefined,
): Step[] {
  const most = mostOf(temporal, maxFrameRate);
  if (!temporal) return [{ layer, most, cost }];
  return temporal.slice(0, Math.min(temporal.length, most + 1)).map(({ share }, index) => {
    const isAll = index === temporal.length - 1;
    return { layer, most: isAll ? allPictures : index, cost: isAll ? cost : cost * share };
  });
}

/**
 * Puts the steps of a layer above those of a smaller one: a larger picture with few pictures in a second is no better than a smaller one with all of
 * them that costs as much.
 */
export function above(smaller: readonly Step[], larger: readonly Step[]): Step[] {
  const whole = smaller.at(-1)?.cost ?? 0;
  const better = larger.filter(({ cost }, index) => cost > whole || index === larger.length - 1);
  const least = better[0]?.cost ?? 0;
  return [...smaller.filter(({ cost }) => cost < least), ...better];
}
