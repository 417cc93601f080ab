import type { JSONRPCRequest } from 'json-rpc-2.0';
import { z } from 'zod';
import { ProtocolError, invalidRequest, parseError } from './errors.js';

/**
 * A frame in which a client asks for something. `jsonrpc` may be missing (docs/protocols/kurento-room.md#12-frames);
 * other members are kept.
 */
const requestSchema = z.looseObject({
  id: z.union([z.string(), z.number(), z.null()]).optional(),
  method: z.string().min(1),
  params: z.unknown().optional(),
});

export type RpcId = string | number | null;
/** With the members that old clients write beside `params`. */
export type Request = JSONRPCRequest & Readonly<Record<string, unknown>>;

/**
 * Reads one frame. Undefined for a frame that answers a request we never sent: the Java client answers notifications that
 * it does not know. Such a frame gets no reply.
 * @throws ProtocolError parse error or invalid request
 */
export function readRequest(text: string): Request | undefined {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    throw new ProtocolError(parseError, 'The message is not JSON');
  }
  const request = requestSchema.safeParse(frame);
  if (request.success) return Object.assign(request.data, { jsonrpc: '2.0' }) as Request;
  if (isResponse(frame)) return undefined;
  throw new ProtocolError(
    invalidRequest,
    'The message is not a JSON-RPC 2.0 request object (batches are not supported)',
  );
}

function isResponse(frame: unknown): boolean {
  return typeof frame === 'object' && frame !== null && !('method' in frame) && ('result' in frame || 'error' in frame);
}

/** The id of a frame that is not served; null when it has none. */
export function idIn(text: string): RpcId {
  try {
    return readRequest(text)?.id ?? null;
  } catch {
    return null;
  }
}
