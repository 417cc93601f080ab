import type { z } from 'zod';
import { read as readBy } from '../../options/faults.js';
import { Refusal } from './errors.js';

/** @throws Refusal `bad_request`; its message names the faults */
export function read<T>(schema: z.ZodType<T>, argument: unknown): T {
  const result = readBy(schema, argument, 'the argument');
  if (result.success) return result.data;
  throw new Refusal('bad_request', result.faults);
}
