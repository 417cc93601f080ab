import { accessRefusedAs } from '../../rooms/index.js';
import type { RoomErrorCode } from '../../rooms/index.js';

/** Codes a connection is closed with (docs/protocols/concierge.md#3-close-codes). */
export const closeCodes = {
  unknown: 4000,
  fatalDecode: 4002,
  noAuth: 4003,
  authFailed: 4004,
  duplicateAuth: 4005,
  badSecret: 4006,
  badVersion: 4007,
  badAuth: 4008,
  heartbeatFailed: 4009,
  /** RFC 6455: the client exceeds a limit. */
  policy: 1008,
} as const;

/** Longest reason of a close frame, in bytes of UTF-8 (RFC 6455 §5.5). */
const maxReasonBytes = 123;

/** Why a connection is closed before its client is admitted. */
export class TurnedAway extends Error {
  override readonly name = 'TurnedAway';

  constructor(
    readonly code: number,
    reason: string,
  ) {
    super(cut(reason));
  }
}

/** Why a request of an admitted client was refused. Each version of the protocol encodes it in its own way. */
export type RefusalCode = 'protocol' | 'unsupported' | 'bad' | 'internal' | 'noSuchName' | 'noSuchUuid' | 'noSuchGroup';

export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly code: RefusalCode,
    /** The name or uuid that does not exist; with `protocol` and `internal` a text that says what is wrong. */
    readonly subject = '',
  ) {
    super(`${code} ${subject}`);
  }
}

/**
 * What a client is told when a room refuses its request (docs/protocols/concierge.md#8-errors-after-identification).
 */
export const refusalOfRoomError: Readonly<Record<RoomErrorCode, RefusalCode>> = {
  ...accessRefusedAs('bad'),
  'invalid-name': 'bad',
  'invalid-text': 'bad',
  'participant-exists': 'bad',
  'participant-not-found': 'noSuchName',
  'participant-closed': 'bad',
  'private-text-refused': 'noSuchName',
  'room-not-found': 'noSuchGroup',
  'room-exists': 'bad',
  'room-closed': 'noSuchGroup',
  'room-refused': 'bad',
  draining: 'bad',
  evicted: 'bad',
  // No request of this protocol is about media.
  'already-publishing': 'internal',
  interrupted: 'internal',
  'not-publishing': 'internal',
  'own-publication': 'internal',
  'offer-refused': 'internal',
  'filter-refused': 'internal',
  'cannot-record': 'internal',
  'cannot-stop-recording': 'internal',
  'recording-not-found': 'internal',
  'media-failed': 'internal',
};

function cut(reason: string): string {
  const bytes = Buffer.from(reason);
  if (bytes.length <= maxReasonBytes) return reason;
  // A character of several bytes that was cut in two is left out.
  return bytes
    .subarray(0, maxReasonBytes)
    .toString()
    .replace(/\uFFFD+$/, '');
}
