import { RoomError, accessRefusedAs } from '../../rooms/index.js';
import type { RoomErrorCode } from '../../rooms/index.js';

/**
 * docs/protocols/orchestrator.md#4-error-codes fixes the numbers; the texts are this server's. Clients show them to
 * people.
 */
export const texts = {
  204: 'Not logged in: Login with a user name comes first',
  205: 'Another user of that name is logged in',
  206: 'The password is wrong',
  404: 'The session could not be created',
  501: 'Only the administrator of the session may do that',
  503: 'There is no such session',
  504: 'The session cannot be deleted while somebody is in it',
  602: 'You are in another session',
  603: 'You are in this session already',
  700: 'That user is not in the session',
  800: 'You are in no session',
  801: 'That is not allowed here',
  802: 'That user is not in your session, or cannot be sent this',
  1301: 'There is no such user',
  1700: 'User data must be a JSON object of reasonable size',
  2001: 'The time is not known',
  3001: 'The session has no master',
  3002: 'The event must have data, nested not too deeply',
  3012: 'Only the master of the session may do that',
  3014: 'The request must name a user',
  4001: 'The request must name a user',
  4002: 'The request must name a kind of stream, without invisible characters',
} as const;

export type ErrorCode = keyof typeof texts;

/** Why a request is answered with an error. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly code: ErrorCode,
    message: string = texts[code],
  ) {
    super(message);
  }
}

const roomErrors: Readonly<Record<RoomErrorCode, ErrorCode>> = {
  ...accessRefusedAs(801),
  // Login is the only request that is refused because of a token.
  'token-needed': 206,
  'token-invalid': 206,
  'token-expired': 206,
  'invalid-name': 404,
  'invalid-text': 801,
  'participant-exists': 602,
  'participant-not-found': 802,
  'participant-closed': 800,
  'private-text-refused': 802,
  'room-not-found': 503,
  'room-exists': 404,
  'room-closed': 503,
  'room-refused': 404,
  draining: 404,
  evicted: 801,
  // Requests of this dialect never cause the errors of media.
  'already-publishing': 801,
  interrupted: 801,
  'not-publishing': 801,
  'own-publication': 801,
  'offer-refused': 801,
  'filter-refused': 801,
  'cannot-record': 801,
  'cannot-stop-recording': 801,
  'recording-not-found': 801,
  'media-failed': 801,
};

/** What a client is told of an error; undefined for a defect of the server. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  return error instanceof RoomError ? new Refusal(roomErrors[error.code], error.message) : undefined;
}
