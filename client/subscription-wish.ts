import type { RequestParams } from '../dialects/kurento-room/types.js';
import { givenObject, givenOneOf, invalid, shown } from './given.js';

/** What we want of a stream. What is absent stays as it was. */
export interface SubscriptionWish {
  /** Whether its sound is to come. At first it does. */
  readonly audio?: boolean | undefined;
  /** Whether its picture is to come. At first it does. */
  readonly video?: boolean | undefined;
  /** No larger picture than this one of those that are sent; 0 is the smallest. At first 2. */
  readonly maxLayer?: 0 | 1 | 2 | undefined;
  /** Of the place where the picture is shown, in pixels of the screen: `element.clientWidth * devicePixelRatio`. 0: any size, as at first. */
  readonly width?: number | undefined;
  /** As `width`. */
  readonly height?: number | undefined;
  /** Pictures in a second, where it is sent so that some can be left out; 0: all, as at first. */
  readonly maxFrameRate?: number | undefined;
  /** Where not all can have what we want of them, the highest comes first: 0 to 100. At first 0. */
  readonly priority?: number | undefined;
}

/** In the words of the server. */
export type WireWish = Omit<RequestParams<'setSubscription'>, 'sender'>;

/** Without what is absent. Throws `invalid-argument`. */
export function readWish(wish: SubscriptionWish): WireWish {
  const { audio, video, maxLayer, width, height, maxFrameRate, priority } = givenObject(wish, 'The wish');
  givenOneOf(audio, '`audio`', [true, false, undefined]);
  givenOneOf(video, '`video`', [true, false, undefined]);
  givenOneOf(maxLayer, '`maxLayer`', [0, 1, 2, undefined]);
  return {
    ...(audio !== undefined && { audio }),
    ...(video !== undefined && { video }),
    ...(maxLayer !== undefined && { maxLayer }),
    ...(width !== undefined && { width: whole(width, '`width`', 16_384) }),
    ...(height !== undefined && { height: whole(height, '`height`', 16_384) }),
    ...(maxFrameRate !== undefined && { maxFrameRate: whole(maxFrameRate, '`maxFrameRate`', 240) }),
    ...(priority !== undefined && { priority: whole(priority, '`priority`', 100) }),
  };
}

/** Places on the screen have fractions of pixels. */
function whole(value: number, what: string, most: number): number {
  if (typeof value === 'number' && value >= 0 && value <= most) return Math.round(value);
  throw invalid(`${what} must be a number from 0 to ${most}, not ${shown(value)}.`);
}
