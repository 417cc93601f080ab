import { z } from 'zod';
import type { ReceiverWish } from '../media/port.js';

/** What a subscriber wants of a stream, without whose bandwidth it is and what is paused. In the records of subscriptions. */
export const layerWish = z.object({
  maxLayer: z.literal([0, 1, 2]).optional(),
  width: z.number().optional(),
  height: z.number().optional(),
  priority: z.number().optional(),
});
export type LayerWish = z.infer<typeof layerWish>;

/** Absent: as it was. `width` and `height` 0: the picture is shown in any size. */
export type SubscriptionWish = {
  readonly [Name in Exclude<keyof ReceiverWish, 'receiver'>]?: ReceiverWish[Name] | undefined;
};

/** A wish after another one. */
export function changedWish(before: LayerWish, { maxLayer, width, height, priority }: SubscriptionWish): LayerWish {
  return {
    maxLayer: maxLayer ?? before.maxLayer,
    width: lengthOrNone(width ?? before.width),
    height: lengthOrNone(height ?? before.height),
    priority: priority ?? before.priority,
  };
}

function lengthOrNone(length: number | undefined): number | undefined {
  return length === 0 ? undefined : length;
}
