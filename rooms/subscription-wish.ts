import { z } from 'zod';
import type { ReceiverWish } from '../media/port.js';

/** What a subscriber wants of a stream, without whose bandwidth it is and what is paused. In the records of subscriptions. */
export const layerWish = z.object({
  maxLayer: z.literal([0, 1, 2]).optional(),
  width: z.number().optional(),
  height: z.number().optional(),
  maxFrameRate: z.number().optional(),
  priority: z.number().optional(),
});
export type LayerWish = z.infer<typeof layerWish>;

/** Absent: as it was. `width` and `height` 0: the picture is shown in any size. `maxFrameRate` 0: any number of pictures in a second. */
export type SubscriptionWish = {
  readonly [Name in Exclude<keyof ReceiverWish, 'receiver'>]?: ReceiverWish[Name] | undefined;
};

/** A wish after another one. */
export function changedWish(before: LayerWish, wish: SubscriptionWish): LayerWish {
  return {
    maxLayer: wish.maxLayer ?? before.maxLayer,
    width: positive(wish.width ?? before.width),
    height: positive(wish.height ?? before.height),
    maxFrameRate: positive(wish.maxFrameRate ?? before.maxFrameRate),
    priority: wish.priority ?? before.priority,
  };
}

function positive(value: number | undefined): number | undefined {
  return value === 0 ? undefined : value;
}
