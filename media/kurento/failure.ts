import { z } from 'zod';
import { MediaError, type MediaErrorCode } from '../errors.js';

/**
 * An error object of the media server, or an Error that kurento-client made of one
 * (docs/protocols/kurento-media.md#2-envelope).
 */
const serverError = z.object({
  message: z.string(),
  code: z.int().optional(),
  data: z.object({ type: z.string() }).optional().catch(undefined),
});

/** What `reconnect-ws` answers for a server whose connection is gone. */
const connectionLost = -32001;

/** docs/protocols/kurento-media.md#11-error-codes. */
const codes: Readonly<Record<number, MediaErrorCode>> = {
  [connectionLost]: 'unavailable',
  [-32601]: 'not-supported',
  40005: 'not-supported',
  40006: 'not-supported',
  40007: 'object-gone',
  /** An operation the object does not have (docs/protocols/kurento-media.md#36-invoke). */
  40008: 'not-supported',
  40009: 'no-capacity',
  40100: 'not-supported',
  40101: 'object-gone',
  40105: 'not-supported',
  40106: 'not-supported',
  40108: 'not-supported',
  40111: 'not-supported',
  40200: 'offer-refused',
  40201: 'offer-refused',
  40205: 'offer-refused',
  40207: 'offer-refused',
};

/** `operation`: what was asked for, for the message. */
export function toMediaError(operation: string, error: unknown): MediaError {
  if (error instanceof MediaError) return error;
  const { data } = serverError.safeParse(error);
  if (!data) return new MediaError('engine-error', `${operation} failed`, { cause: error });
  const detail = [data.code, data.data?.type].filter((part) => part !== undefined).join(' ');
  return new MediaError(
    codes[data.code ?? 0] ?? 'engine-error',
    `${operation}: ${data.message}${detail ? ` (${detail})` : ''}`,
    { cause: error },
  );
}
