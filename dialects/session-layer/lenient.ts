import { z } from 'zod';

/** Old clients send numbers as text. */
export const lenientNumber = z.union(
  [
    z.number(),
    z
      .string()
      .regex(/^-?\d{1,9}(\.\d{1,9})?$/)
      .transform(Number),
  ],
  'must be a number',
);
