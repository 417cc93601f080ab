/** The closed list of reasons the domain refuses something for. Each dialect maps every one to its own numbers. */
export type RoomErrorCode =
  /** A room or participant name that cannot be one (empty). */
  | 'invalid-name'
  /** The room already has a participant of that id. */
  | 'participant-exists'
  /** Nobody of that id is in the room. */
  | 'participant-not-found'
  /** The participant left or was evicted before the call. */
  | 'participant-closed'
  /** The one a text was for speaks a protocol that has no private texts. */
  | 'private-text-refused'
  /** No room of that name. */
  | 'room-not-found'
  /** A room of that name is there already. */
  | 'room-exists'
  /** The room is closed or about to be. */
  | 'room-closed'
  /** No such room, and none is opened: not for this participant, or there is no media server with capacity for it. */
  | 'room-refused'
  | 'already-publishing'
  /** What was being negotiated was closed meanwhile: its owner left, or the media server was lost. */
  | 'interrupted'
  /** The participant does not publish, or ceased to while the call was under way. */
  | 'not-publishing'
  /** One cannot subscribe to oneself; loopback is an option of publishing. */
  | 'own-publication'
  /** The media engine could make nothing of the SDP offer. */
  | 'offer-refused'
  /** The media engine does not have the filter, or failed to use it. */
  | 'filter-refused'
  /** The media engine failed or did not answer; the cause says how. */
  | 'media-failed';

export class RoomError extends Error {
  override readonly name = 'RoomError';

  constructor(
    readonly code: RoomErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A failure of the media engine in the words of the domain; the original is kept as the cause. */
export function mediaError(cause: unknown): RoomError {
  if (cause instanceof RoomError) return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  return isOfferRefused(cause)
    ? new RoomError('offer-refused', `The media server refused the SDP offer: ${text}`, { cause })
    : new RoomError('media-failed', `The media server could not do it: ${text}`, { cause });
}

/** As `mediaError`, where a filter was wanted. */
export function filterError(cause: unknown): RoomError {
  if (cause instanceof RoomError && cause.code === 'filter-refused') return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  return new RoomError('filter-refused', `The filter cannot be used: ${text}`, { cause });
}

function isOfferRefused(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'offer-refused';
}
