import type { z } from 'zod';

/** The text of a notification on the wire. @param params as its schema has them */
export function notificationText<Params extends z.ZodType>(
  { name }: { readonly name: string; readonly params: Params },
  params: z.output<Params>,
): string {
  return JSON.stringify({ method: name, params, jsonrpc: '2.0' });
}
