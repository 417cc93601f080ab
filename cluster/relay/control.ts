import { z } from 'zod';

/**
 * What the log of a room says besides messages to clients: an entry that begins with `~`, for one slot. So gateways hear of it in order
 * with the messages, and read it from the log when they have missed it.
 */
const control = z.discriminatedUnion('t', [
  /** The session of this slot is told over this line from here on. */
  z.object({
    t: z.literal('bind'),
    c: z.string(),
    g: z.string(),
    /** What follows this position was missed, and is to be read from the log first. */
    after: z.tuple([z.int(), z.int()]).optional(),
    /** JSON of the id of the last request that was answered. */
    last: z.string().optional(),
    /** What the client was told before it came in, as `x` of a message: its gateway may not have heard of it. */
    x: z.array(z.tuple([z.int(), z.string()])).optional(),
  }),
  /** The client is in the room no more, and the line is over. `n`: up to which its messages were served. */
  z.object({
    t: z.literal('left'),
    n: z.int(),
    evicted: z.boolean(),
    unlessUsed: z.object({ reason: z.string(), isPingUse: z.boolean() }).optional(),
    /** The client seemed to be away, and was not told: if it is there after all, its connection is closed. */
    away: z.boolean().optional(),
  }),
  z.object({ t: z.literal('close'), code: z.int(), reason: z.string() }),
]);

export type Control = z.output<typeof control>;

const mark = '~';

export function isControl(text: string): boolean {
  return text.startsWith(mark);
}

export function controlText(given: Control): string {
  return mark + JSON.stringify(given);
}

/** Undefined for one that is not known, such as that of a later version. */
export function readControl(text: string): Control | undefined {
  return control.safeParse(JSON.parse(text.slice(mark.length))).data;
}
