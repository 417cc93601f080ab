import { accessRefusedAs } from '../../rooms/index.js';
import type { RoomError, RoomErrorCode } from '../../rooms/index.js';
import {
  internalError,
  invalidParams,
  invalidRequest,
  invalidSession,
  methodNotFound,
  parseError,
  tooManyRequests,
} from '../session-layer/errors.js';
import type { WireRefusal } from '../session-layer/errors.js';
import type { Condition as LayerCondition } from '../session-layer/request-type.js';

export {
  ProtocolError,
  internalError,
  invalidParams,
  invalidRequest,
  invalidSession,
  methodNotFound,
  parseError,
} from '../session-layer/errors.js';

/** For everything that has no better code (docs/protocols/kurento-room.md#61-codes). */
export const genericError = 999;

/**
 * Every number that an error may have on the wire, and its name: JSON-RPC 2.0 §5.1,
 * docs/protocols/kurento-room.md#61-codes.
 */
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
  // The number is that of OpenVidu, whose pages know it; `data.reason` says which of the reasons it is (docs/access.md).
  401: 'USER_UNAUTHORIZED_ERROR_CODE',
  // These numbers are OpenVidu's too.
  703: 'RECORDING_START_ERROR_CODE',
  704: 'RECORDING_STOP_ERROR_CODE',
  [genericError]: 'GENERIC_ERROR_CODE',
  [invalidSession]: 'Invalid session',
} as const;

export type ErrorCode = keyof typeof errorNames;

/** Something that makes a request fail. */
export type Condition = LayerCondition<ErrorCode>;

/** How a refusal of the domain appears on the wire. */
interface RoomErrorEntry {
  readonly code: ErrorCode;
  /** Why no client ever sees it; absent when a request of `requests/` declares it. */
  readonly unseen?: string;
  /** Whether the error has `data`: the refusal as `reason`, and its details. */
  readonly reasoned?: true;
}

/**
 * The room protocol's number for each refusal of the domain (docs/protocols/kurento-room.md#61-codes). Requests declare
 * when they refuse.
 */
export const roomErrors: Readonly<Record<RoomErrorCode, RoomErrorEntry>> = {
  ...accessRefusedAs<RoomErrorEntry>({ code: 401, reasoned: true }),
  'too-many': { code: tooManyRequests, reasoned: true },
  'not-supported': { code: genericError, reasoned: true },
  'participant-not-found': { code: 102 },
  'participant-closed': {
    code: 102,
    unseen: 'The participant has left. Not seen by clients: a session in no room is refused before.',
  },
  'participant-exists': { code: 104 },
  'not-publishing': { code: 105 },
  'own-publication': { code: 105 },
  'room-not-found': { code: 202 },
  'room-closed': {
    code: 203,
    unseen:
      'The room is being closed. Not seen by clients: here a room closes at once, and joining then makes a new one.',
  },
  'room-exists': {
    code: genericError,
    unseen:
      'A room of the name is there already. Not seen by clients: a client that joins a room that is there is let in.',
  },
  'private-text-refused': {
    code: genericError,
    unseen: 'The receiver of a private text cannot be told any. Not seen by clients: this protocol has none.',
  },
  'room-refused': { code: 204 },
  draining: { code: 204, reasoned: true },
  'offer-refused': { code: 302 },
  'already-publishing': { code: 303 },
  'media-failed': { code: 303 },
  interrupted: { code: 303 },
  'filter-refused': { code: genericError },
  'cannot-record': { code: 703, reasoned: true },
  'cannot-stop-recording': { code: 704, reasoned: true },
  'recording-not-found': { code: 704, reasoned: true },
  'invalid-text': { code: genericError },
  evicted: { code: genericError },
  'invalid-name': { code: genericError },
};

/** Why a message may be refused before it is known to be one of the requests. */
export const messageErrors: readonly Condition[] = [
  { reason: parseError, when: 'The message is not JSON. The connection stays open; `id` is null.' },
  {
    reason: invalidRequest,
    when: 'The message is not a request object: an array, no `method`, a binary message. `id` is null.',
  },
  { reason: methodNotFound, when: 'There is no such method.' },
];

/** How a refusal of the domain appears on the wire. */
export function refusalOf({ code: reason, details }: RoomError): WireRefusal {
  const { code, reasoned } = roomErrors[reason];
  return { code, data: reasoned && { reason, ...details } };
}
