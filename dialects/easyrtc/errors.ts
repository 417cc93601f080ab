import { accessRefusedAs } from '../../rooms/index.js';
import type { RoomErrorCode } from '../../rooms/index.js';

/** The error codes of the protocol, with the text that is sent with each (docs/protocols/easyrtc.md#11-error-codes). */
export const errorTexts = {
  LOGIN_BAD_AUTH: 'The authentication is refused',
  LOGIN_BAD_STRUCTURE: 'The authentication message is malformed',
  LOGIN_APP_AUTH_FAIL: 'There is no such application',
  LOGIN_BAD_ROOM: 'There is no such room, and you may not open one',
  LOGIN_GEN_FAIL: 'The authentication failed',
  LOGIN_NO_SOCKETS: 'There are too many connections from this address',
  LOGIN_TIMEOUT: 'You did not authenticate in time',
  SERVER_SHUTDOWN: 'The server is stopping',
  MSG_REJECT_BAD_DATA: 'msgData is missing, must not be there, or has the wrong form',
  MSG_REJECT_BAD_STRUCTURE: 'Something in the message has the wrong form',
  MSG_REJECT_BAD_TYPE: 'msgType is unknown, or is no text',
  MSG_REJECT_BAD_ROOM: 'There is no such room, or it is full, or you are not in it',
  MSG_REJECT_BAD_SIZE: 'The field is too large',
  MSG_REJECT_GEN_FAIL: 'The request failed',
  MSG_REJECT_NO_AUTH: 'You are not authenticated: send easyrtcAuth first',
  MSG_REJECT_TARGET_EASYRTCID: 'Nobody has that easyrtcid, or it is your own',
  MSG_REJECT_TARGET_GROUP: 'There is no such group',
  MSG_REJECT_TARGET_ROOM: 'There is no such room, or you and the target are not both in it',
} as const satisfies Record<string, string>;

export type ErrorCode = keyof typeof errorTexts;

export const errorCodes = Object.keys(errorTexts) as ErrorCode[];

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorTexts, text);
}

/** @throws Refusal */
export function check(condition: boolean, code: ErrorCode): asserts condition {
  if (!condition) throw new Refusal(code);
}

/** Thrown by the handler of a request; it becomes the answer. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(readonly code: ErrorCode) {
    super(errorTexts[code]);
  }
}

/** The error code for each error of the rooms, during authentication and afterwards. */
export const roomErrors: Record<RoomErrorCode, { readonly login: ErrorCode; readonly request: ErrorCode }> = {
  // What refuses a room while it is entered, and what refuses the login itself or an action in the room.
  ...accessRefusedAs({ login: 'LOGIN_GEN_FAIL', request: 'MSG_REJECT_BAD_ROOM' }),
  'token-needed': { login: 'LOGIN_BAD_AUTH', request: 'MSG_REJECT_BAD_ROOM' },
  'token-invalid': { login: 'LOGIN_BAD_AUTH', request: 'MSG_REJECT_BAD_ROOM' },
  'token-expired': { login: 'LOGIN_BAD_AUTH', request: 'MSG_REJECT_BAD_ROOM' },
  'not-allowed': { login: 'LOGIN_GEN_FAIL', request: 'MSG_REJECT_GEN_FAIL' },
  'invalid-name': { login: 'LOGIN_BAD_ROOM', request: 'MSG_REJECT_BAD_ROOM' },
  'invalid-text': { login: 'LOGIN_GEN_FAIL', request: 'MSG_REJECT_BAD_DATA' },
  'participant-exists': { login: 'LOGIN_GEN_FAIL', request: 'MSG_REJECT_BAD_ROOM' },
  'participant-not-found': { login: 'LOGIN_GEN_FAIL', request: 'MSG_REJECT_GEN_FAIL' },
  'participant-closed': { login: 'LOGIN_GEN_FAIL', request: 'MSG_REJECT_GEN_FAIL' },
  'private-text-refused': { login: 'LOGIN_GEN_FAIL', request: 'MSG_REJECT_GEN_FAIL' },
  'room-not-found': { login: 'LOGIN_BAD_ROOM', request: 'MSG_REJECT_BAD_ROOM' },
  'room-exists': { login: 'LOGIN_GEN_FAIL', request: 'MSG_REJECT_BAD_ROOM' },
  'room-closed': { login: 'LOGIN_BAD_ROOM', request: 'MSG_REJECT_BAD_ROOM' },
  'room-refused': { login: 'LOGIN_BAD_ROOM', request: 'MSG_REJECT_BAD_ROOM' },
  draining: { login: 'LOGIN_BAD_ROOM', request: 'MSG_REJECT_BAD_ROOM' },
  evicted: { login: 'LOGIN_GEN_FAIL', request: 'MSG_REJECT_BAD_ROOM' },
  // Requests of this protocol never cause the errors of media.
  'already-publishing': { login: 'LOGIN_GEN_FAIL', request: 'MSG_REJECT_GEN_FAIL' },
  interrupted: { login: 'LOGIN_GEN_FAIL', request: 'MSG_REJECT_GEN_FAIL' },
  'not-publishing': { login: 'LOGIN_GEN_FAIL', request: 'MSG_REJECT_GEN_FAIL' },
  'own-publication': { login: 'LOGIN_GEN_FAIL', request: 'MSG_REJECT_GEN_FAIL' },
  'offer-refused': { login: 'LOGIN_GEN_FAIL', request: 'MSG_REJECT_GEN_FAIL' },
  'filter-refused': { login: 'LOGIN_GEN_FAIL', request: 'MSG_REJECT_GEN_FAIL' },
  'cannot-record': { login: 'LOGIN_GEN_FAIL', request: 'MSG_REJECT_GEN_FAIL' },
  'cannot-stop-recording': { login: 'LOGIN_GEN_FAIL', request: 'MSG_REJECT_GEN_FAIL' },
  'recording-not-found': { login: 'LOGIN_GEN_FAIL', request: 'MSG_REJECT_GEN_FAIL' },
  'media-failed': { login: 'LOGIN_GEN_FAIL', request: 'MSG_REJECT_GEN_FAIL' },
};
