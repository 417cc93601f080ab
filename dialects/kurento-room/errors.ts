import type { RoomErrorCode } from '../../rooms/errors.js';
import type { MethodName } from './params.js';

/** JSON-RPC 2.0 §5.1. */
export const parseError = -32_700;
export const invalidRequest = -32_600;
export const methodNotFound = -32_601;
export const invalidParams = -32_602;
export const internalError = -32_603;
/** What has no better code (Kurento Room §6.1). */
export const genericError = 999;
/** The session named is none, or not the one of this socket (Kurento Room §1.3, §1.5). */
export const invalidSession = 40_007;

/** Every number an error may have on the wire, and its name: JSON-RPC 2.0 §5.1, Kurento Room §6.1. */
export const errorNames = {
  [parseError]: 'Parse error',
  [invalidRequest]: 'Invalid Request',
  [methodNotFound]: 'Method not found',
  [invalidParams]: 'Invalid params',
  [internalError]: 'Internal error',
  102: 'USER_NOT_FOUND_ERROR_CODE',
  104: 'EXISTING_USER_IN_ROOM_ERROR_CODE',
  105: 'USER_NOT_STREAMING_ERROR_CODE',
  202: 'ROOM_NOT_FOUND_ERROR_CODE',
  203: 'ROOM_CLOSED_ERROR_CODE',
  204: 'ROOM_CANNOT_BE_CREATED_ERROR_CODE',
  302: 'MEDIA_SDP_ERROR_CODE',
  303: 'MEDIA_ENDPOINT_ERROR_CODE',
  [genericError]: 'GENERIC_ERROR_CODE',
  [invalidSession]: 'Invalid session',
} as const;

export type ErrorCode = keyof typeof errorNames;

/** Something that makes a request fail. */
export interface Condition {
  readonly when: string;
  /** Empty for what fails before it is known to be one of the requests, and for what clients do not see. */
  readonly requests: readonly MethodName[] | 'all';
}

/** A number of the wire and everything it is sent for. */
export interface ErrorEntry {
  readonly code: ErrorCode;
  readonly conditions: readonly Condition[];
}

const inRoom: readonly MethodName[] = [
  'publishVideo',
  'unpublishVideo',
  'receiveVideoFrom',
  'unsubscribeFromVideo',
  'onIceCandidate',
  'sendMessage',
  'leaveRoom',
  'customRequest',
];
const named: readonly MethodName[] = ['joinRoom', ...inRoom, 'ping', 'closeSession', 'rpc.discover'];
const negotiating: readonly MethodName[] = ['publishVideo', 'receiveVideoFrom'];

function entry(code: ErrorCode, ...conditions: readonly (readonly [string, Condition['requests']])[]): ErrorEntry {
  return { code, conditions: conditions.map(([when, requests]) => ({ when, requests })) };
}

/** The room protocol's number for each refusal of the domain, and when that is (Kurento Room §6.1). */
export const roomErrorCodes: Readonly<Record<RoomErrorCode, ErrorEntry>> = {
  'participant-not-found': entry(
    102,
    ['The session is in no room.', inRoom],
    ['Nobody of the name in `sender` is in the room.', ['receiveVideoFrom', 'unsubscribeFromVideo']],
    ["`userMessage` is not the sender's own name.", ['sendMessage']],
  ),
  'participant-closed': entry(102, [
    'The participant has left. Not seen by clients: a session in no room is refused before.',
    [],
  ]),
  'participant-exists': entry(
    104,
    ['The name is taken in that room.', ['joinRoom']],
    ['The session is in a room already.', ['joinRoom']],
  ),
  'not-publishing': entry(
    105,
    ['The participant is not publishing.', ['unpublishVideo']],
    ['The participant named by `sender` is not publishing, or stopped meanwhile.', ['receiveVideoFrom']],
  ),
  'own-publication': entry(105, [
    '`sender` is the participant herself: loopback is an option of publishVideo.',
    ['receiveVideoFrom'],
  ]),
  'room-not-found': entry(202, ['`roomMessage` is not the room the sender is in.', ['sendMessage']]),
  'room-closed': entry(203, [
    'The room is being closed. Not seen by clients: here a room closes at once, and joining then makes a new one.',
    [],
  ]),
  'room-exists': entry(genericError, [
    'A room of the name is there already. Not seen by clients: who joins a room that is there is let in.',
    [],
  ]),
  'private-text-refused': entry(genericError, [
    'The one a private text is for cannot be told any. Not seen by clients: this protocol has none.',
    [],
  ]),
  'room-refused': entry(
    204,
    ['The room would be a new one, and the media servers are at their limit.', ['joinRoom']],
    ['The room would be a new one, and participants of this name may not open one.', ['joinRoom']],
    [
      'The name is that of a room of another protocol, and the protocols are kept apart (`BRIDGE=false`).',
      ['joinRoom'],
    ],
  ),
  'offer-refused': entry(302, ['The media server could make nothing of the SDP offer.', negotiating]),
  'already-publishing': entry(303, ['The participant is already publishing.', ['publishVideo']]),
  'media-failed': entry(303, ['The media server failed or did not answer in time.', negotiating]),
  interrupted: entry(303, ['What was being negotiated was ended meanwhile.', negotiating]),
  'filter-refused': entry(genericError, [
    'The media server does not have the filter that was asked for, or failed to use it. The publication stays as it is.',
    ['customRequest'],
  ]),
  'invalid-name': entry(999, ['The name of the user or of the room is empty.', ['joinRoom']]),
};

/** What is refused before the domain is asked, and when. */
export const protocolErrorCodes: readonly ErrorEntry[] = [
  entry(parseError, ['The message is not JSON. The connection stays open; `id` is null.', []]),
  entry(invalidRequest, [
    'The message is not a request object: an array, no `method`, a binary message. `id` is null.',
    [],
  ]),
  entry(methodNotFound, ['There is no such method.', []]),
  entry(invalidParams, ['A member of `params` is missing or of the wrong type: the message names it.', 'all']),
  entry(internalError, ['The server failed. Its log says how, the message does not.', 'all']),
  entry(
    genericError,
    [
      'The member that the configured handler takes (`hat`, `marker`) is missing or of the wrong type.',
      ['customRequest'],
    ],
    ['The hat is on already, or off already.', ['customRequest']],
  ),
  entry(
    invalidSession,
    ['The session that `sessionId` names is unknown or expired.', ['connect']],
    ['`sessionId` is given and is not the session of this connection.', named],
  ),
];

/** An error of the protocol itself, before the domain is asked. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';

  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
  }
}
