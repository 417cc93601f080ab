import { accessRefusedAs } from '../../rooms/index.js';
import type { RoomError, RoomErrorCode } from '../../rooms/index.js';
import {
  ProtocolError,
  internalError,
  invalidParams,
  invalidRequest,
  invalidSession,
  methodNotFound,
  parseError,
} from '../session-layer/errors.js';
import type { WireRefusal } from '../session-layer/errors.js';
import type { Condition as LayerCondition } from '../session-layer/request-type.js';

/** Every number that an error may have on the wire (docs/protocols/openvidu.md#9-errors), and its name in the original. */
export const errorNames = {
  [parseError]: 'Parse error',
  [invalidRequest]: 'Invalid Request',
  [methodNotFound]: 'Method not found',
  [invalidParams]: 'Invalid params',
  [internalError]: 'Internal error',
  102: 'USER_NOT_FOUND_ERROR_CODE',
  103: 'USER_CLOSED_ERROR_CODE',
  104: 'EXISTING_USER_IN_ROOM_ERROR_CODE',
  105: 'USER_NOT_STREAMING_ERROR_CODE',
  106: 'EXISTING_STREAM_ERROR_CODE',
  201: 'ROOM_GENERIC_ERROR_CODE',
  202: 'ROOM_NOT_FOUND_ERROR_CODE',
  203: 'ROOM_CLOSED_ERROR_CODE',
  204: 'ROOM_CANNOT_BE_CREATED_ERROR_CODE',
  301: 'MEDIA_GENERIC_ERROR_CODE',
  302: 'MEDIA_SDP_ERROR_CODE',
  303: 'MEDIA_ENDPOINT_ERROR_CODE',
  401: 'USER_UNAUTHORIZED_ERROR_CODE',
  405: 'EXISTING_FILTER_ALREADY_APPLIED_ERROR_CODE',
  406: 'FILTER_NOT_APPLIED_ERROR_CODE',
  600: 'SIGNAL_FORMAT_INVALID_ERROR_CODE',
  601: 'SIGNAL_TO_INVALID_ERROR_CODE',
  800: 'FORCED_CODEC_NOT_FOUND_IN_SDPOFFER',
  803: 'TRANSPORT_ERROR_CODE',
  997: 'OPENVIDU_EDITION_ERROR_CODE',
  999: 'GENERIC_ERROR_CODE',
  [invalidSession]: 'Invalid session',
} as const;

export type ErrorCode = keyof typeof errorNames;
export type Condition = LayerCondition<ErrorCode>;

/** The number for each refusal of the domain. */
export const roomErrors: Readonly<Record<RoomErrorCode, ErrorCode>> = {
  ...accessRefusedAs<ErrorCode>(401),
  'too-many': 204,
  'room-full': 204,
  'not-supported': 999,
  'participant-not-found': 102,
  'participant-closed': 103,
  'participant-exists': 104,
  'not-publishing': 105,
  'own-publication': 105,
  'already-publishing': 106,
  'room-not-found': 202,
  'room-closed': 203,
  'room-exists': 201,
  'room-refused': 204,
  draining: 204,
  evicted: 401,
  'offer-refused': 302,
  'media-failed': 303,
  interrupted: 301,
  'filter-refused': 406,
  'invalid-text': 600,
  'private-text-refused': 601,
  'invalid-name': 999,
  'cannot-record': 999,
  'cannot-stop-recording': 999,
  'recording-not-found': 999,
};

/** How a refusal of the domain appears on the wire. */
export function refusalOf({ code }: RoomError): WireRefusal {
  return { code: roomErrors[code] };
}

/** Pages turn 401, and no other number, into OPENVIDU_PERMISSION_DENIED. @param what as `publish video` */
export function unauthorized(what: string): ProtocolError {
  return new ProtocolError(401, `Unable to ${what}. The user does not have a valid token`);
}

/** Pages show the text, and tests of the original look for it. */
export function invalidToken(session: string, token: string): ProtocolError {
  return new ProtocolError(401, `Unable to join session ${session}. Token ${token} is not valid`);
}
