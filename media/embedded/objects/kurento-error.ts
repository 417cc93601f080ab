/** The error codes of a Kurento Media Server that this engine uses (docs/protocols/kurento-media.md#11-error-codes). */
const types = {
  40001: 'MARSHALL_ERROR',
  40004: 'CONNECT_ERROR',
  40005: 'UNSUPPORTED_MEDIA_TYPE',
  40006: 'NOT_IMPLEMENTED',
  40007: 'INVALID_SESSION',
  40008: 'MALFORMED_TRANSACTION',
  40009: 'NOT_ENOUGH_RESOURCES',
  40101: 'MEDIA_OBJECT_NOT_FOUND',
  40106: 'MEDIA_OBJECT_EVENT_NOT_SUPPORTED',
  40107: 'MEDIA_OBJECT_ILLEGAL_PARAM_ERROR',
  40108: 'MEDIA_OBJECT_NOT_AVAILABLE',
  40109: 'MEDIA_OBJECT_NOT_FOUND_TRANSACTION_NO_COMMIT',
  40110: 'MEDIA_OBJECT_TAG_KEY_NOT_FOUND',
  40111: 'MEDIA_OBJECT_OPERATION_NOT_SUPPORTED',
  40201: 'SDP_PARSE_ERROR',
  40202: 'SDP_END_POINT_NO_LOCAL_SDP_ERROR',
  40203: 'SDP_END_POINT_NO_REMOTE_SDP_ERROR',
  40204: 'SDP_END_POINT_GENERATE_OFFER_ERROR',
  40205: 'SDP_END_POINT_PROCESS_OFFER_ERROR',
  40206: 'SDP_END_POINT_PROCESS_ANSWER_ERROR',
  40208: 'SDP_END_POINT_ALREADY_NEGOTIATED',
  40209: 'SDP_END_POINT_NOT_OFFER_GENERATED',
  // Misspelled in the protocol.
  40210: 'SDP_END_POINT_ANSWER_ALREADY_PROCCESED',
  40401: 'ICE_ADD_CANDIDATE_ERROR',
  40500: 'UNDEFINED',
} as const;

export type KurentoCode = keyof typeof types;

/** The error that a client is told when its request cannot be served. */
export class KurentoError extends Error {
  override readonly name = 'KurentoError';

  constructor(
    readonly code: KurentoCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  get type(): string {
    return types[this.code];
  }
}
