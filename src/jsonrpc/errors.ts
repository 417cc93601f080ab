import type { RoomErrorCode } from '../../rooms/errors.js';

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

/** The room protocol's number for each refusal of the domain (Kurento Room §6.1). */
export const roomErrorCodes: Readonly<Record<RoomErrorCode, number>> = {
  'invalid-name': 999,
  'participant-not-found': 102,
  'participant-closed': 102,
  'participant-exists': 104,
  'not-publishing': 105,
  'own-publication': 105,
  'room-not-found': 202,
  'room-closed': 203,
  'room-refused': 204,
  'offer-refused': 302,
  'already-publishing': 303,
  'media-failed': 303,
  interrupted: 303,
};

/** An error of the protocol itself, before the domain is asked. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';

  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}
