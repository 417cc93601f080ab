import type { MediaErrorCode, MediaFailure } from '../media/port.js';

/** Reasons of access and moderation (docs/access.md). REST and the protocols that have a place for a reason show these words. */
export type AccessRefusal =
  /** Without a token nobody may do that here. */
  | 'token-needed'
  /** The token is malformed, not signed by a key of this server, or revoked. */
  | 'token-invalid'
  /** The token was valid once, or is not yet. */
  | 'token-expired'
  /** The participant's grants do not allow it. */
  | 'not-allowed'
  /** A moderator does not want that person in the room. */
  | 'banned'
  /** The room takes nobody but moderators. */
  | 'locked'
  /** The room asks for a password, and that is not it. */
  | 'password'
  /** A moderator has been asked to let the client in. `details.place` counts from 1. */
  | 'waiting'
  /** The room has as many participants as it takes. */
  | 'room-full'
  /** Too much of it: in all, or in a short time. `details.retryAfterMs` says when again, in the latter case. */
  | 'too-many'
  /** The protocol of the participant in question, or the media server, cannot do it. */
  | 'not-supported';

/** The closed list of reasons why the domain refuses something. Each dialect has one table from it to its own numbers or words. */
export type RoomErrorCode =
  | AccessRefusal
  /** A name that cannot be one: empty, too long, or with characters that nobody sees (`checkedName`). */
  | 'invalid-name'
  /** The room already has a participant of that id. */
  | 'participant-exists'
  /** Nobody of that id is in the room. */
  | 'participant-not-found'
  /** The participant left or was evicted before the call. */
  | 'participant-closed'
  /** A text that cannot be said: too long, or no well-formed Unicode. */
  | 'invalid-text'
  /** The protocol of the participant that a text is for has no private texts. */
  | 'private-text-refused'
  /** No room of that name. */
  | 'room-not-found'
  /** There is a room of that name already. */
  | 'room-exists'
  /** The room has closed. */
  | 'room-closed'
  /** There is no such room, and none is opened: not for this participant, or no media server has capacity for it. Or `authorize` refuses. */
  | 'room-refused'
  /** There is no such room, and the server is about to end. `details.retryAfterMs` says when another one may be there. */
  | 'draining'
  /** The participant was evicted from this room, and EVICTION_MS is not over. */
  | 'evicted'
  | 'already-publishing'
  /** What was under way was ended meanwhile: its owner left, or the media server was lost. */
  | 'interrupted'
  /** The participant does not publish, or stopped while the call was under way. */
  | 'not-publishing'
  /** Nobody can subscribe to their own stream; loopback is an option of publishing. */
  | 'own-publication'
  /** The media engine refused the SDP offer. */
  | 'offer-refused'
  /** The media engine does not have the filter, or could not use it. */
  | 'filter-refused'
  /** No recording begins. `details.reason`: `off`, `no-space`, `running`, `not-supported` or `limit`. */
  | 'cannot-record'
  /** The recording cannot be paused, resumed or stopped as it is now. */
  | 'cannot-stop-recording'
  /** The room has no recording of that id. */
  | 'recording-not-found'
  /** The media engine failed or did not answer; `cause` says how. */
  | 'media-failed';

export interface RoomErrorOptions extends ErrorOptions {
  /** Default: false. */
  readonly retry?: boolean;
  /** What a program may want to know besides the code; it may be shown to the client. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export class RoomError extends Error {
  override readonly name = 'RoomError';
  /** Whether the same call may succeed when it is made again later. */
  readonly retry: boolean;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(
    readonly code: RoomErrorCode,
    message: string,
    { retry = false, details, ...options }: RoomErrorOptions = {},
  ) {
    super(message, options);
    this.retry = retry;
    this.details = details;
  }
}

/** @param text what is done too often */
export function tooMany(text: string, retryAfterMs: number): RoomError {
  return new RoomError('too-many', `${text}; try again in ${Math.ceil(retryAfterMs / 1_000)} s`, {
    retry: true,
    details: { retryAfterMs },
  });
}

/** A part of a dialect's table: the same for every refusal of access. */
export function accessRefusedAs<Entry>(entry: Entry): Record<AccessRefusal, Entry> {
  return {
    'token-needed': entry,
    'token-invalid': entry,
    'token-expired': entry,
    'not-allowed': entry,
    banned: entry,
    locked: entry,
    password: entry,
    waiting: entry,
    'room-full': entry,
    'too-many': entry,
    'not-supported': entry,
  };
}

/** Whether the media engine may be able to do later what it could not do now. */
const mayPass: Readonly<Record<MediaErrorCode, boolean>> = {
  'offer-refused': false,
  unavailable: true,
  timeout: true,
  'object-gone': true,
  released: false,
  'no-capacity': true,
  'not-supported': false,
  'engine-error': false,
};

/** A failure of the media engine in the words of the domain; the original is kept as the cause. */
export function mediaError(cause: unknown): RoomError {
  if (cause instanceof RoomError) return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  const code = isMediaFailure(cause) ? cause.code : undefined;
  if (code === 'offer-refused') {
    return new RoomError('offer-refused', `The media server refused the SDP offer: ${text}`, { cause });
  }
  const retry = code !== undefined && mayPass[code];
  return new RoomError('media-failed', `The media server could not do it: ${text}`, { cause, retry });
}

/** As `mediaError`, where a filter was wanted. */
export function filterError(cause: unknown): RoomError {
  if (cause instanceof RoomError && cause.code === 'filter-refused') return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  const retry = cause instanceof RoomError ? cause.retry : isMediaFailure(cause) && mayPass[cause.code];
  return new RoomError('filter-refused', `The filter cannot be used: ${text}`, { cause, retry });
}

/** The port promises nothing but types, so its errors are known by their code. */
function isMediaFailure(cause: unknown): cause is MediaFailure {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' && cause.code in mayPass;
}
