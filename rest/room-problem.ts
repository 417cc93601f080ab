import { RoomError, accessRefusedAs } from '../rooms/index.js';
import type { RoomErrorCode } from '../rooms/index.js';
import { Problem } from './problem.js';
import type { ProblemCode } from './problem.js';

/** REST's code for each refusal of the rooms. */
const roomProblems: Readonly<Record<RoomErrorCode, ProblemCode>> = {
  ...accessRefusedAs('forbidden'),
  'too-many': 'too-many',
  'token-needed': 'token-needed',
  'token-invalid': 'token-needed',
  'token-expired': 'token-needed',
  'not-supported': 'conflict',
  'room-full': 'conflict',
  'invalid-name': 'bad-request',
  'invalid-text': 'bad-request',
  'participant-exists': 'conflict',
  'participant-not-found': 'participant-not-found',
  'participant-closed': 'participant-not-found',
  'private-text-refused': 'conflict',
  'room-not-found': 'room-not-found',
  'room-exists': 'conflict',
  'room-closed': 'room-not-found',
  'room-refused': 'no-place',
  evicted: 'forbidden',
  'already-publishing': 'conflict',
  interrupted: 'conflict',
  'not-publishing': 'conflict',
  'own-publication': 'conflict',
  'offer-refused': 'bad-request',
  'filter-refused': 'conflict',
  'cannot-record': 'conflict',
  'cannot-stop-recording': 'conflict',
  'recording-not-found': 'recording-not-found',
  'media-failed': 'media-failed',
};

/** A refusal of the rooms as REST answers it; anything else as it is. */
export function asProblem(error: unknown): unknown {
  if (!(error instanceof RoomError)) return error;
  const { retryAfterMs } = error.details ?? {};
  const seconds = typeof retryAfterMs === 'number' ? Math.ceil(retryAfterMs / 1_000) : undefined;
  return new Problem(
    roomProblems[error.code],
    error.message,
    seconds === undefined ? {} : { 'Retry-After': String(seconds) },
  );
}
