import type { Claim } from './bandwidth/share.js';
import type { InboundStream } from './inbound-stream.js';
import type { Step } from './ladder.js';
import { above, mostOf, stepsOf } from './ladder.js';
import type { Layers } from './layers.js';
import { allPictures } from './thinning.js';

/** What a receiver wants of a picture that is sent in several sizes. */
export interface LayerWish {
  /** No layer above this one; 0 is the smallest. Default: any. */
  readonly maxLayer?: number | undefined;
  /** Of the place where it is shown, in pixels. Default: any. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** Pictures in a second, where the publisher sends temporal layers. Default: all that there are. */
  readonly maxFrameRate?: number | undefined;
  /** Among the streams of one receiver. The highest comes first. Default: 0. */
  readonly priority?: number | undefined;
}

/** What a stream may be sent with, of a receiver's bandwidth. */
export type Grant = Pick<Step, 'layer' | 'most'>;
/** Nothing is sent. */
export const noGrant: Grant = { layer: -1, most: -1 };

/** What is known of the way to a receiver. */
export interface Path {
  /** What it can take, in bit/s; undefined: nobody knows. */
  readonly bandwidth: number | undefined;
  /** Share of the packets that were lost of late, 0 to 1. */
  readonly loss: number;
  /** What its share of the receiver's bandwidth takes; undefined: that is not known. */
  readonly granted?: Grant | undefined;
}

/** Added to the priority of a publisher that speaks. Those of clients are whole numbers, and screens have half of one more. */
const speakersPriority = 0.25;
/** What the smallest layer costs before it is measured, in bit/s, and how much more the next one does. */
const guess = { first: 120_000, step: 3 };
/** A picture may be shown larger than it is by so much: nobody sees the difference. */
const stretch = 1.25;
/** Below this part of what a layer needs the way is too narrow for it. A browser that is merely busy estimates less than it gets. */
const narrow = 0.6;
/** For so many ms it must be. */
const narrowMs = 1000;
/** From so much loss on. */
const tooMuchLoss = 0.1;
/** With more than this no larger layer is tried. */
const someLoss = 0.02;
/** Ms for which a layer is judged by nothing: reports are about the time before. */
const settlingMs = 2000;
/** Ms until a larger layer is tried after one was too large: at first, and at most. */
const firstRetryMs = 4000;
const longestRetryMs = 64_000;
/** Where the engine estimates, a layer that its share took for less than this was tried in vain, in ms. */
const inVainMs = 15_000;

/** What layers cost is measured once a second; looked for more often than this it is the same. In ms. */
const ladderMs = 250;
const neverClimbed = { at: Number.NEGATIVE_INFINITY, wanted: -1, wish: undefined };

/**
 * Chooses a layer for one receiver: what it wants, as far as its way takes it. An estimate of a receiver is little above what it gets (it
 * has seen no more), so a larger layer is tried and given up again, with growing pauses. Where the engine estimates, the share of the stream
 * decides. Times are in ms.
 */
export class LayerChoice {
  wish: LayerWish = {};
  /** No layer above this one is sent, since the way was too narrow for it. */
  #ceiling = Number.POSITIVE_INFINITY;
  /** When the way can be judged. Undefined before anything is sent. */
  #judgedFrom: number | undefined;
  #narrowSince = Number.NaN;
  #triedAt = Number.NEGATIVE_INFINITY;
  #gaveUpAt = Number.NEGATIVE_INFINITY;
  #retryMs = firstRetryMs;
  /** The last one that was granted. */
  #layer = -1;
  /** Of the last claim. */
  #steps: readonly Step[] = [];
  /** When they were looked for, and for what. */
  #climbed: { readonly at: number; readonly wanted: number; readonly wish: LayerWish | undefined } = neverClimbed;

  /**
   * The layer that is wanted now; undefined: none is sent. Called about every 50 ms.
   * @param present what is passed on
   */
  choose(layers: Layers, present: InboundStream | undefined, path: Path, now: number): InboundStream | undefined {
    if (path.granted !== undefined) this.#ceiling = path.granted.layer;
    else if (present) this.#judge(layers, present, path, now);
    const most = Math.min(this.wanted(layers), this.#ceiling);
    return most < 0 ? undefined : nearest(layers, most, now);
  }

  /**
   * What it asks for of the bandwidth of its receiver: layers, and of each fewer pictures before all.
   * @param present what is passed on. @param granted what it was granted last
   */
  claim(layers: Layers, present: InboundStream | undefined, granted: Grant | undefined, now: number): Claim {
    const wanted = Math.min(this.wanted(layers), this.#held(this.wanted(layers), granted, now));
    if (now - this.#climbed.at >= ladderMs || this.#climbed.wanted !== wanted || this.#climbed.wish !== this.wish) {
      this.#steps = this.#ladder(layers, wanted, now);
      this.#climbed = { at: now, wanted, wish: this.wish };
    }
    const steps = this.#steps;
    const layer = present ? layers.indexOf(present) : -1;
    const most = granted?.layer === layer ? granted.most : allPictures;
    const current = steps.findLastIndex((step) => step.layer < layer || (step.layer === layer && step.most <= most));
    return {
      ...this.#rank(layers.isSpeaking),
      ...{ costs: steps.map(({ cost }) => cost), current, wanted: steps.length - 1 },
      smallest: steps.findLastIndex((step) => step.layer === steps[0]?.layer),
    };
  }

  /**
   * The largest layer that is asked for. One that was too large after all is tried again after a pause, which grows: each change begins with a
   * keyframe, the largest burst that there is.
   */
  #held(wanted: number, granted: Grant | undefined, now: number): number {
    const layer = granted?.layer ?? this.#layer;
    if (layer > this.#layer) this.#triedAt = now;
    else if (layer < this.#layer && wanted >= this.#layer) this.#tooLarge(layer, inVainMs, now);
    this.#layer = layer;
    return now - this.#gaveUpAt < this.#retryMs ? Math.max(0, this.#ceiling) : Number.POSITIVE_INFINITY;
  }

  /** @param vainMs a layer that was tried so lately was tried in vain */
  #tooLarge(next: number, vainMs: number, now: number): void {
    const wasInVain = now - this.#triedAt < vainMs;
    // It may fall by more than one layer.
    if (now - this.#gaveUpAt > settlingMs)
      this.#retryMs = wasInVain ? Math.min(longestRetryMs, this.#retryMs * 2) : firstRetryMs;
    this.#gaveUpAt = now;
    this.#ceiling = next;
  }

  /** The same of a picture that is sent in one size. @param isSent false: it was stopped, and may come again */
  claimOfOne(source: InboundStream, isSent: boolean, granted: Grant | undefined): Claim {
    const cost = Math.min(source.bitrate, source.latestBitrate);
    const steps = stepsOf(source, 0, cost, this.wish.maxFrameRate);
    this.#steps = steps;
    const current = isSent ? steps.findLastIndex(({ most }) => most <= (granted?.most ?? allPictures)) : -1;
    const costs = steps.map((step) => step.cost);
    return { ...this.#rank(false), costs, current, wanted: steps.length - 1, isOfOneSize: true };
  }

  #ladder(layers: Layers, wanted: number, now: number): Step[] {
    let steps: Step[] = [];
    let former: InboundStream | undefined;
    for (let index = 0; index <= wanted; index++) {
      const stream = nearest(layers, index, now);
      if (stream && stream === former) continue;
      former = stream;
      const bitrate = stream?.bitrate ?? 0;
      const cost = bitrate > 0 ? bitrate : guess.first * guess.step ** index;
      steps = above(steps, stepsOf(stream ?? {}, index, cost, this.wish.maxFrameRate));
    }
    return steps;
  }

  /** What a place in the last claim stands for; -1: nothing is granted. */
  grantOf(place: number): Grant {
    return place === -1 ? noGrant : (this.#steps[place] ?? { layer: place, most: allPictures });
  }

  /**
   * Highest temporal layer that is sent of the layer that is passed on.
   * @param next the layer that is to be sent, with what its share takes. While its keyframe is waited for, less is sent of a larger one.
   */
  most(present: InboundStream, next: InboundStream | undefined, granted: Grant | undefined): number {
    const wished = mostOf(present.temporal, this.wish.maxFrameRate);
    if (!granted || !next) return wished;
    if (present === next) return Math.min(wished, granted.most);
    const { layers } = present;
    return layers && layers.indexOf(present) > layers.indexOf(next) ? 0 : wished;
  }

  #rank(isSpeaking: boolean): Pick<Claim, 'priority' | 'area'> {
    const { priority = 0, width = 0, height = 0 } = this.wish;
    return { priority: priority + (isSpeaking ? speakersPriority : 0), area: width * height };
  }

  /** The layer that the receiver wants, whether it can be had or not: the smallest that fills its place. */
  wanted(layers: Layers): number {
    const { maxLayer = layers.count - 1, width = 0, height = 0 } = this.wish;
    const most = Math.min(maxLayer, layers.count - 1);
    if (width === 0 && height === 0) return most;
    for (let index = 0; index < most; index++) {
      const size = layers.at(index)?.size;
      if (size && fills(size, width, height)) return index;
    }
    return most;
  }

  /** Looks whether the way is wide enough for what is sent. */
  #judge(layers: Layers, present: InboundStream, { bandwidth, loss }: Path, now: number): void {
    this.#judgedFrom ??= now + settlingMs;
    const index = layers.indexOf(present);
    if (index === -1 || now < this.#judgedFrom) return;
    const isNarrow = bandwidth !== undefined && bandwidth < present.bitrate * narrow;
    if (!isNarrow && loss < tooMuchLoss) this.#narrowSince = Number.NaN;
    else if (Number.isNaN(this.#narrowSince)) this.#narrowSince = now;
    if (now - this.#narrowSince >= narrowMs) {
      if (index === 0) return;
      this.#narrowSince = Number.NaN;
      this.#tooLarge(index - 1, this.#retryMs, now);
    } else if (
      index >= this.#ceiling &&
      Number.isNaN(this.#narrowSince) &&
      loss <= someLoss &&
      now - this.#gaveUpAt >= this.#retryMs
    ) {
      this.#triedAt = now;
      this.#ceiling = index + 1 < layers.count - 1 ? index + 1 : Number.POSITIVE_INFINITY;
    } else return;
    this.#judgedFrom = now + settlingMs;
  }
}

/** The layer that is sent in place of this one: itself, or else a smaller one, or else a larger one. */
function nearest(layers: Layers, wanted: number, now: number): InboundStream | undefined {
  for (let index = wanted; index >= 0; index--) {
    const stream = layers.sentAt(index, now);
    if (stream) return stream;
  }
  for (let index = wanted + 1; index < layers.count; index++) {
    const stream = layers.sentAt(index, now);
    if (stream) return stream;
  }
  return undefined;
}

/** Whether a picture of that size, shown as a whole, need not be stretched. */
function fills(size: { readonly width: number; readonly height: number }, width: number, height: number): boolean {
  const isWide = width > 0 && size.width * stretch >= width;
  const isHigh = height > 0 && size.height * stretch >= height;
  return isWide || isHigh;
}
