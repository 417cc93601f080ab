import { z } from 'zod';

/** Old clients send booleans as text or as numbers, and numbers as text (docs/protocols/kurento-room.md#12-frames). */
export const lenientBoolean = z.union(
  [
    z.boolean(),
    z.literal([1, 0]).transform(Boolean),
    z
      .string()
      .regex(/^(true|false|1|0)$/i)
      .transform((text) => /^(true|1)$/i.test(text)),
  ],
  'must be true or false',
);

export const lenientIndex = z.union(
  [
    z.int().nonnegative(),
    z
      .string()
      .regex(/^\d{1,9}$/)
      .transform(Number),
  ],
  'must be a whole number, 0 or more',
);
