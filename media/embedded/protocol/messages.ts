import { z } from 'zod';
import { objectId, text } from '../objects/parameters.js';

/** The messages of the Kurento protocol. The parameters of operations are with their objects. */

export type RequestId = string | number | null;

export const requestSchema = z.object({
  jsonrpc: z.literal('2.0'),
  method: z.string(),
  /** Undefined or null: the request is a notification. */
  id: z.union([z.string(), z.number(), z.null()]).optional(),
  params: z.unknown().optional(),
});

export type Request = z.infer<typeof requestSchema>;

export type Response =
  | { readonly id: RequestId; readonly jsonrpc: '2.0'; readonly result: unknown }
  | { readonly error: ResponseError; readonly id: RequestId; readonly jsonrpc: '2.0' };

export interface ResponseError {
  readonly code: number;
  readonly data?: unknown;
  readonly message: string;
}

/** A request may name the session it belongs to. */
export const sessionParams = z.object({ sessionId: text.optional() });

/** Parameters of the methods that run within a session (docs/protocols/kurento-media.md#3-methods). */
export const methodParams = {
  create: z.object({ type: text, constructorParams: z.unknown().optional() }),
  invoke: z.object({ object: objectId, operation: text, operationParams: z.unknown().optional() }),
  describe: z.object({ object: objectId }),
  subscribe: z.object({ object: objectId, type: text }),
  unsubscribe: z.object({ subscription: text }),
  release: z.object({ object: objectId }),
  ref: z.object({ object: objectId }),
  unref: z.object({ object: objectId }),
  transaction: z.object({ operations: z.array(z.unknown()) }),
} as const;

/** Parameters of the methods that are about sessions. */
export const sessionMethodParams = {
  ping: z.object({ sessionId: text.optional() }),
  connect: z.object({ sessionId: text.optional() }),
  keepAlive: z.object({ sessionId: text }),
  closeSession: z.object({ sessionId: text, release: z.boolean().optional() }),
} as const;

/** A request inside a transaction. */
export const innerRequestSchema = z.object({
  id: z.unknown().optional(),
  method: z.string(),
  params: z.unknown().optional(),
});
