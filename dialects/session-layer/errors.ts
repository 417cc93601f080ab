/** JSON-RPC 2.0 §5.1. */
export const parseError = -32_700;
export const invalidRequest = -32_600;
export const methodNotFound = -32_601;
export const invalidParams = -32_602;
export const internalError = -32_603;
/**
 * The session that was named does not exist, or is not the one of this connection
 * (docs/protocols/kurento-room.md#13-the-session-layer, #15-connect-closesession).
 */
export const invalidSession = 40_007;

/** The client has spent its budget (docs/security.md#what-every-door-asks); `data` is `{reason: 'too-many', retryAfterMs}`. The connection is closed then. */
export const tooManyRequests = 204;

/** What pages compare when they could not go on with their session. */
export const reconnectionError = 'reconnection error';

/** An error of the protocol itself, before the domain is asked. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';

  constructor(
    readonly code: number,
    message: string,
    readonly data?: Readonly<Record<string, unknown>>,
  ) {
    super(message);
  }
}

/** How a refusal of the domain appears on the wire. */
export interface WireRefusal {
  readonly code: number;
  /** Undefined: none. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}
