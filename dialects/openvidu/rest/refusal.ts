import { RoomError } from '../../../rooms/index.js';
import type { RoomErrorCode } from '../../../rooms/index.js';
import { BodyTooLarge } from '../../../transport/request-body.js';
import { OvError } from '../model/ov-error.js';
import type { OvErrorCode } from '../model/ov-error.js';

/** Why a request is refused. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

const ofSessions: Readonly<Record<OvErrorCode, number>> = {
  'session-exists': 409,
  'session-not-found': 404,
  'connection-not-found': 404,
  'nobody-connected': 406,
  'receiver-unknown': 406,
  'recording-not-found': 404,
  'recording-runs': 409,
  'recording-starts': 406,
  'too-many-sessions': 503,
  'too-many-connections': 503,
};

/** What back ends can cause. The rest is a defect. */
const ofRooms: Readonly<Partial<Record<RoomErrorCode, number>>> = {
  'invalid-name': 400,
  'invalid-text': 400,
  'participant-not-found': 404,
  'participant-closed': 404,
  'room-closed': 404,
  'room-not-found': 404,
  'not-publishing': 404,
  'not-supported': 405,
  'recording-not-found': 404,
  'cannot-record': 409,
  'cannot-stop-recording': 409,
  'too-many': 503,
  'room-refused': 503,
  draining: 503,
  interrupted: 503,
};

/** When a back end may try again that is refused with 503, in s. */
const retryAfter = { 'Retry-After': '2' };

/** What a back end is told of an error; undefined for a defect of the server. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (error instanceof BodyTooLarge) return new Refusal(413, error.message);
  const status =
    error instanceof OvError ? ofSessions[error.code] : error instanceof RoomError ? ofRooms[error.code] : undefined;
  if (status === undefined) return undefined;
  return new Refusal(status, (error as Error).message, status === 503 ? retryAfter : {});
}

export function notFound(message: string): Refusal {
  return new Refusal(404, message);
}

export function malformed(message: string): Refusal {
  return new Refusal(400, message);
}

/** Belongs to what is not built here. */
export function notHere(message: string): Refusal {
  return new Refusal(501, message);
}
