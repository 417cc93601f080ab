/** Everything that can go wrong, as a caller sees it. Closed list. */
export type ClientErrorCode =
  /** Somebody in the room has that name. */
  | 'name-taken'
  /** We, or the participant asked for, are not in the room. */
  | 'not-in-room'
  /** The participant asked for publishes nothing. */
  | 'not-publishing'
  | 'room-not-found'
  /** The room is being closed. */
  | 'room-closed'
  /** The server does not open this room, because of its rules or because it has no capacity. */
  | 'room-refused'
  /** The server found nothing it can serve in our offer, or we could not use its answer. */
  | 'media-refused'
  /** The media server could not make the connection. */
  | 'media-failed'
  /** The connection to the media server could not be made, or was lost. */
  | 'connection-failed'
  /** The user or the system refuses the camera, the microphone or the screen. */
  | 'device-refused'
  /** There is no such device. */
  | 'device-missing'
  /** Another program uses the device, or it does not work. */
  | 'device-failed'
  /** The request was not understood: client and server do not fit. */
  | 'invalid-request'
  /** Refused for another reason; the message says which. */
  | 'refused'
  | 'server-error'
  /** No answer in time. */
  | 'timeout'
  /** The server cannot be reached. */
  | 'unreachable'
  /** The connection to the server was lost. */
  | 'disconnected'
  /** We closed it ourselves meanwhile. */
  | 'closed';

/** What the caller can do about it. */
export type Advice = 'retry' | 'rejoin' | 'choose-another-name' | 'give-up';

const advices: Record<ClientErrorCode, Advice> = {
  'name-taken': 'choose-another-name',
  'not-in-room': 'rejoin',
  'not-publishing': 'give-up',
  'room-not-found': 'give-up',
  'room-closed': 'retry',
  'room-refused': 'retry',
  'media-refused': 'give-up',
  'media-failed': 'retry',
  'connection-failed': 'retry',
  'device-refused': 'give-up',
  'device-missing': 'give-up',
  'device-failed': 'retry',
  'invalid-request': 'give-up',
  refused: 'give-up',
  'server-error': 'retry',
  timeout: 'retry',
  unreachable: 'retry',
  disconnected: 'rejoin',
  closed: 'give-up',
};

/** Methods of this library reject with this error only. */
export class ClientError extends Error {
  override readonly name = 'ClientError';

  constructor(
    readonly code: ClientErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  get advice(): Advice {
    return advices[this.code];
  }
}

/** From numbers on the wire to our codes (docs/protocols/kurento-room.md#61-codes). */
const wireCodes: ReadonlyMap<number, ClientErrorCode> = new Map([
  [102, 'not-in-room'],
  [103, 'not-in-room'],
  [104, 'name-taken'],
  [105, 'not-publishing'],
  [202, 'room-not-found'],
  [203, 'room-closed'],
  [204, 'room-refused'],
  [301, 'media-failed'],
  [302, 'media-refused'],
  [303, 'media-failed'],
  [304, 'media-failed'],
  [40007, 'disconnected'],
  [-32600, 'invalid-request'],
  [-32601, 'invalid-request'],
  [-32602, 'invalid-request'],
  [-32603, 'server-error'],
]);

export function wireError(code: number, message: string): ClientError {
  return new ClientError(wireCodes.get(code) ?? 'refused', message);
}

/** What was thrown, as a ClientError: the browser's own errors in media calls get `code`. */
export function asClientError(thrown: unknown, code: ClientErrorCode): ClientError {
  if (thrown instanceof ClientError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new ClientError(code, message, { cause: thrown });
}
