import { RecordingBusy } from '../recording/archive.js';
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
  draining: 'draining',
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

/** For some of the reasons of `cannot-record`, in `details.reason`. */
const recordingProblems: Readonly<Record<string, ProblemCode>> = { off: 'writes-off', 'no-space': 'no-space' };

/** A refusal of the rooms as REST answers it; anything else as it is. */
export function asProblem(error: unknown): unknown {
  if (error instanceof RecordingBusy) return new Problem('conflict', error.message);
  if (!(error instanceof RoomError)) return error;
  const { retryAfterMs, reason } = error.details ?? {};
  const seconds = typeof retryAfterMs === 'number' ? Math.ceil(retryAfterMs / 1_000) : undefined;
  const ofRecording = error.code === 'cannot-record' ? recordingProblems[String(reason)] : undefined;
  return new Problem(
    ofRecording ?? roomProblems[error.code],
    error.message,
    seconds === undefined ? {} : { 'Retry-After': String(seconds) },
  );
}
