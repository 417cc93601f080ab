import { RoomError } from '../../rooms/index.js';
import type { RoomErrorCode } from '../../rooms/index.js';
import { BodyTooLarge } from '../../transport/request-body.js';

type Headers = Readonly<Record<string, string>>;

/** Why a request is refused, with the status of the answer (docs/protocols/whip.md#5-refusals). */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly status: number,
    message: string,
    readonly headers: Headers = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const statuses: Readonly<Record<RoomErrorCode, number>> = {
  'token-needed': 401,
  'token-invalid': 401,
  'token-expired': 401,
  'not-allowed': 403,
  banned: 403,
  evicted: 403,
  locked: 403,
  password: 403,
  waiting: 403,
  'too-many': 429,
  'room-full': 503,
  'room-refused': 503,
  draining: 503,
  interrupted: 503,
  'invalid-name': 400,
  'participant-exists': 409,
  'participant-closed': 409,
  'room-closed': 409,
  'already-publishing': 409,
  'own-publication': 409,
  'participant-not-found': 404,
  'room-not-found': 404,
  'not-publishing': 404,
  'offer-refused': 406,
  'not-supported': 406,
  // A media server that may be able to do it later is 503.
  'media-failed': 500,
  // Nothing that is asked for here causes these.
  'invalid-text': 400,
  'private-text-refused': 400,
  'room-exists': 409,
  'filter-refused': 500,
  'cannot-record': 409,
  'cannot-stop-recording': 409,
  'recording-not-found': 404,
};

/** When a client that is refused with 503 may try again, where nobody knows better, in s. */
const retryAfterS = 5;

/** What a client is told of an error; undefined for a defect of the server. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (error instanceof BodyTooLarge) return new Refusal(413, error.message);
  if (!(error instanceof RoomError)) return undefined;
  const { code, message, retry, details } = error;
  const status = code === 'media-failed' && retry ? 503 : statuses[code];
  return new Refusal(status, message, headersOf(status, details?.retryAfterMs));
}

/** No place is free for one more client. */
export function full(): Refusal {
  return new Refusal(503, 'There is no place for one more client', headersOf(503, undefined));
}

function headersOf(status: number, retryAfterMs: unknown): Headers {
  if (status === 401) return { 'WWW-Authenticate': 'Bearer realm="atrium"' };
  if (status !== 503 && status !== 429) return {};
  const seconds = typeof retryAfterMs === 'number' ? Math.ceil(retryAfterMs / 1_000) : retryAfterS;
  return { 'Retry-After': String(seconds) };
}
