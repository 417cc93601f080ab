import { RoomError, accessRefusedAs } from '../../rooms/index.js';
import type { RoomErrorCode } from '../../rooms/index.js';

/** The codes of refusals (docs/protocols/compeit.md#38-errors). Old pages ignore errors. */
export type ErrorCode =
  | 'bad_request'
  | 'not_in_room'
  | 'no_such_user'
  | 'bad_sdp'
  | 'not_sending'
  | 'not_receiving'
  | 'media_error'
  | 'not_supported'
  | 'room_full'
  | 'forbidden'
  | 'internal';

export const errorCodes: Readonly<Record<RoomErrorCode, ErrorCode>> = {
  ...accessRefusedAs('forbidden'),
  'room-full': 'room_full',
  'not-supported': 'not_supported',
  'invalid-name': 'bad_request',
  'invalid-text': 'bad_request',
  'participant-exists': 'internal',
  'participant-not-found': 'no_such_user',
  'participant-closed': 'not_in_room',
  'private-text-refused': 'not_supported',
  'room-not-found': 'not_in_room',
  'room-exists': 'internal',
  'room-closed': 'not_in_room',
  'room-refused': 'forbidden',
  draining: 'forbidden',
  evicted: 'forbidden',
  'already-publishing': 'media_error',
  interrupted: 'media_error',
  'not-publishing': 'not_sending',
  'own-publication': 'bad_request',
  'offer-refused': 'bad_sdp',
  'filter-refused': 'media_error',
  'cannot-record': 'not_supported',
  'cannot-stop-recording': 'not_supported',
  'recording-not-found': 'not_supported',
  'media-failed': 'media_error',
};

/** Why a request is refused. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** What a client is told of an error; undefined for a defect of the server, of which it gets no details. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  return error instanceof RoomError ? new Refusal(errorCodes[error.code], error.message) : undefined;
}
