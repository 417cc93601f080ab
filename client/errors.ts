/** Everything that can go wrong, as a caller sees it. Closed list. */
export type ClientErrorCode =
  /** Somebody in the room has that name. */
  | 'name-taken'
  /** We, or the participant asked for, are not in the room. */
  | 'not-in-room'
  /** The participant asked for publishes nothing. */
  | 'not-publishing'
  /** There is no such room. */
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
  /** What was given to a method of this library is not what it takes; the message says what it takes. */
  | 'invalid-argument'
  /** Something went wrong in the server, or where nothing should. */
  | 'server-error'
  /** No answer in time. */
  | 'timeout'
  /** The server cannot be reached. */
  | 'unreachable'
  /** The connection to the server was lost. */
  | 'disconnected'
  /** We closed it ourselves meanwhile. */
  | 'closed'
  /** The room wants a token. */
  | 'token-needed'
  /** The server does not take the token, or `RoomOptions.token` gave none. */
  | 'token-invalid'
  /** The time of the token is over. */
  | 'token-expired'
  /** What we may do in this room does not allow it. */
  | 'not-allowed'
  /** A moderator has banned us from the room. */
  | 'banned'
  /** A moderator has locked the room. */
  | 'locked'
  /** The room asks for a password, and we gave none or a wrong one. */
  | 'password'
  /** A moderator has been asked to let us in. `Room.join` waits for that by itself. */
  | 'waiting'
  /** A moderator did not let us in. The message is the reason that they gave, and may be empty. */
  | 'denied'
  /** As many are in the room as it takes. */
  | 'room-full'
  /** Too often in too short a time; `retryAfterMs` says when it can be tried again. */
  | 'too-many'
  /** The media engine, or the protocol of the other participant, cannot do it. */
  | 'not-supported'
  /** The recording cannot begin, or cannot be changed as it is now; `reason` says why (docs/recording.md). */
  | 'recording-refused';

/** What the caller can do about it. */
export type Advice =
  /** The same call may succeed: call it again, after a pause. */
  | 'retry'
  /** Make a new `Room`, and join it. */
  | 'rejoin'
  /** Ask the user for another name, then join again. */
  | 'choose-another-name'
  /** Ask your own server for a (new) token, then join again. */
  | 'get-token'
  /** Ask the user for the password of the room, then join again. */
  | 'ask-password'
  /** Trying again at once fails too: it helps when somebody has left, a moderator has opened the room, or some time has passed. */
  | 'try-later'
  /** The same call will not succeed; tell the user. */
  | 'give-up';

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
  'invalid-argument': 'give-up',
  'server-error': 'retry',
  timeout: 'retry',
  unreachable: 'retry',
  disconnected: 'rejoin',
  closed: 'give-up',
  'token-needed': 'get-token',
  'token-invalid': 'get-token',
  'token-expired': 'get-token',
  'not-allowed': 'give-up',
  banned: 'give-up',
  locked: 'try-later',
  password: 'ask-password',
  waiting: 'try-later',
  denied: 'try-later',
  'room-full': 'try-later',
  'too-many': 'try-later',
  'not-supported': 'give-up',
  'recording-refused': 'try-later',
};

/** What methods of this library reject with, and nothing else. `message` is a sentence for people, in English; `code` is for programs. */
export class ClientError extends Error {
  /** Always `ClientError`. */
  override readonly name = 'ClientError' as const;
  /** Why the server refused, in its words (docs/access.md#the-room-protocol). Undefined where it gives none. */
  readonly reason: string | undefined;
  /** When to try again, in ms. Undefined where the server does not say. */
  readonly retryAfterMs: number | undefined;
  /** Which one we are among those that wait to be let in, from 1. */
  readonly place: number | undefined;

  /** For pages that fail in the words of this library. */
  constructor(
    /** What went wrong. */
    readonly code: ClientErrorCode,
    message: string,
    { data = {}, ...options }: ErrorOptions & { readonly data?: Readonly<Record<string, unknown>> | undefined } = {},
  ) {
    super(message, options);
    const { reason, retryAfterMs, place } = data;
    this.reason = typeof reason === 'string' ? reason : undefined;
    this.retryAfterMs = typeof retryAfterMs === 'number' ? retryAfterMs : undefined;
    this.place = typeof place === 'number' ? place : undefined;
  }

  /** What can be done about it. */
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
  [703, 'recording-refused'],
  [704, 'recording-refused'],
  [40007, 'disconnected'],
  [-32600, 'invalid-request'],
  [-32601, 'invalid-request'],
  [-32602, 'invalid-request'],
  [-32603, 'server-error'],
]);

/** Those of the server's reasons that say more than the number (docs/access.md#the-room-protocol). */
const reasons: ReadonlySet<string> = new Set<ClientErrorCode>([
  ...(['token-needed', 'token-invalid', 'token-expired', 'not-allowed', 'banned', 'locked', 'password'] as const),
  ...(['waiting', 'room-full', 'too-many', 'not-supported'] as const),
]);

export function wireError(code: number, message: string, data: Readonly<Record<string, unknown>> = {}): ClientError {
  const { reason } = data;
  const isReason = typeof reason === 'string' && reasons.has(reason);
  const known = isReason ? (reason as ClientErrorCode) : (wireCodes.get(code) ?? 'refused');
  return new ClientError(known, message, { data });
}

/** Whether the same call may succeed by itself when it is tried again: nothing is to be changed first. */
export function canSucceedYet({ advice, retryAfterMs }: ClientError): boolean {
  return advice === 'retry' || retryAfterMs !== undefined;
}

/** What was thrown, as a ClientError: the browser's own errors in media calls get `code`. */
export function asClientError(thrown: unknown, code: ClientErrorCode): ClientError {
  if (thrown instanceof ClientError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new ClientError(code, message, { cause: thrown });
}
