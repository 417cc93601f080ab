import { Problem } from '../problem.js';
import { asProblem } from '../room-problem.js';

/** The codes of Twirp that this server uses, with their HTTP status (docs/access.md#livekits-server-sdks). */
const statuses = {
  invalid_argument: 400,
  unauthenticated: 401,
  permission_denied: 403,
  not_found: 404,
  bad_route: 404,
  deadline_exceeded: 408,
  failed_precondition: 412,
  resource_exhausted: 429,
  internal: 500,
  unimplemented: 501,
  unavailable: 503,
} as const;
type TwirpCode = keyof typeof statuses;

/** By the status of REST for the same refusal. */
const codes: Readonly<Record<number, TwirpCode>> = {
  400: 'invalid_argument',
  401: 'unauthenticated',
  403: 'permission_denied',
  404: 'not_found',
  405: 'bad_route',
  408: 'deadline_exceeded',
  409: 'failed_precondition',
  413: 'invalid_argument',
  415: 'bad_route',
  429: 'resource_exhausted',
  502: 'unavailable',
  503: 'unavailable',
};

/** A refusal as a Twirp server answers it. */
export class TwirpError extends Error {
  override readonly name = 'TwirpError';

  /** @param headers go out with the answer */
  constructor(
    readonly code: TwirpCode,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }

  get status(): number {
    return statuses[this.code];
  }

  /** The answer's body. It is JSON also for a request of protobuf. */
  get body(): string {
    return JSON.stringify({ code: this.code, msg: this.message });
  }
}

/** What was thrown while a request was served, in the words of Twirp; details of a defect are kept back. */
export function asTwirpError(thrown: unknown): TwirpError {
  const error = asProblem(thrown);
  if (error instanceof TwirpError) return error;
  if (error instanceof Problem) return twirpErrorOf(error.status, error.message, error.headers);
  // Express marks a fault of the client, such as a body that is too long, with a status below 500.
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  if (status === 413) return new TwirpError('invalid_argument', 'The body has more than 64 kB');
  return typeof status === 'number' && status >= 400 && status < 500
    ? new TwirpError('invalid_argument', 'The path or the body is malformed')
    : new TwirpError('internal', 'The server failed to answer');
}

/** @param status that of REST for the same refusal */
export function twirpErrorOf(status: number, message: string, headers?: Readonly<Record<string, string>>): TwirpError {
  return new TwirpError(codes[status] ?? 'internal', message, headers);
}
