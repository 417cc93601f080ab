import type { z } from 'zod';
import { Refusal } from './errors.js';

/** @throws Refusal `bad_request`; its message names the faults */
export function read<T>(schema: z.ZodType<T>, argument: unknown): T {
  const result = schema.safeParse(argument);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => `"${path.join('.')}": ${message}`);
  throw new Refusal('bad_request', faults.join('; '));
}
