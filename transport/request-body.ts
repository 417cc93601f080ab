import type { IncomingMessage } from 'node:http';

/** Whether a body belongs to the request, whether it has come or not. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}
