import { z } from 'zod';

/** Old clients send booleans and numbers as text (docs/protocols/kurento-room.md#12-frames). */
export const lenientBoolean = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);

export const lenientNumber = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d{1,9}(\.\d{1,9})?$/)
    .transform(Number),
]);

export const lenientIndex = z.union([
  z.int().nonnegative(),
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number),
]);
