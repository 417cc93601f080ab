/** The closed list of reasons a media call can fail for. */
export type MediaErrorCode =
  /** The offer is no SDP, or nothing in it can be served. */
  | 'offer-refused'
  /** No connection to a media server. */
  | 'unavailable'
  /** The media server did not answer in time. */
  | 'timeout'
  /** The media server does not know the object any more. */
  | 'object-gone'
  /** We released the object before the call. */
  | 'released'
  /** The media server is at its limit of endpoints, threads or ports. */
  | 'no-capacity'
  /** The media server does not have what was asked for. */
  | 'not-supported'
  /** Anything else the media server answered. */
  | 'engine-error';

export class MediaError extends Error {
  override readonly name = 'MediaError';

  constructor(
    readonly code: MediaErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
