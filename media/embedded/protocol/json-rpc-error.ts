import { KurentoError } from '../objects/kurento-error.js';
import type { ResponseError } from './messages.js';

/** An error with a code of JSON-RPC itself. */
export class JsonRpcError extends Error {
  override readonly name = 'JsonRpcError';

  constructor(
    readonly code: -32600 | -32601 | -32602 | -32603 | -32700 | -32000,
    message: string,
    readonly data?: unknown,
  ) {
    super(message);
  }
}

/** What the client is told; undefined for a defect of ours, whose details clients must not see. */
export function responseError(error: unknown): ResponseError | undefined {
  if (error instanceof KurentoError) return { code: error.code, data: { type: error.type }, message: error.message };
  if (error instanceof JsonRpcError) {
    const { code, data, message } = error;
    return data === undefined ? { code, message } : { code, data, message };
  }
  return undefined;
}
