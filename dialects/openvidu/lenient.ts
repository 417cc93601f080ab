import { z } from 'zod';

/** Pages of older libraries send numbers and booleans as text. */
export const lenientBoolean = z.union(
  [
    z.boolean(),
    z
      .string()
      .regex(/^(true|false)$/i)
      .transform((text) => /^true$/i.test(text)),
  ],
  'must be true or false',
);
