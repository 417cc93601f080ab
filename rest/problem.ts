/** Everything the REST API refuses a request for: the stable code, its HTTP status, and what it means. */
export const problems = {
  'bad-request': { status: 400, meaning: 'A parameter is missing or malformed.' },
  'token-needed': { status: 401, meaning: 'A token is missing, or it is not valid.' },
  'origin-not-allowed': { status: 403, meaning: 'The request comes from a page of another site; see ALLOWED_ORIGINS.' },
  'writes-off': { status: 403, meaning: 'The server is not configured to let anybody do this.' },
  forbidden: { status: 403, meaning: 'The token does not allow it, or the server is configured to tell nobody.' },
  'not-found': { status: 404, meaning: 'Nothing is served at this path.' },
  'room-not-found': { status: 404, meaning: 'There is no room of that name.' },
  'participant-not-found': { status: 404, meaning: 'The room has no participant of that id.' },
  'recording-not-found': { status: 404, meaning: 'There is no recording of that id, or it has no such file.' },
  'ban-not-found': { status: 404, meaning: 'The room has no ban of that id.' },
  'nobody-waits': { status: 404, meaning: 'Nobody of that id waits to be let in.' },
  'method-not-allowed': { status: 405, meaning: 'The path does not take this method; Allow names those it takes.' },
  'too-late': { status: 408, meaning: 'The rest of the request did not come within MESSAGE_MS.' },
  conflict: { status: 409, meaning: 'What is there does not allow it: the detail says why.' },
  precondition: { status: 412, meaning: 'What is there is not what the headers of the request ask for.' },
  'too-large': { status: 413, meaning: 'The body has more than 64 kB.' },
  'wrong-type': { status: 415, meaning: 'The body must be JSON, as Content-Type: application/json.' },
  range: { status: 416, meaning: 'The file has no such range of bytes; Content-Range says how many it has.' },
  'wrong-configuration': {
    status: 422,
    meaning: 'The configuration of the server cannot be used, and nothing has changed. The detail says what is wrong.',
  },
  'upgrade-needed': {
    status: 426,
    meaning:
      'The path is a WebSocket. If the client asked for one, the proxy in front of the server did not pass that on.',
  },
  'too-many': {
    status: 429,
    meaning: 'Too many requests, or too many wrong tokens, came from there; Retry-After says how many seconds to wait.',
  },
  'media-failed': { status: 502, meaning: 'The media server could not do it.' },
  'no-place': {
    status: 503,
    meaning: 'Too many connections are open, in all or of one address; or the media servers take no more rooms.',
  },
  draining: {
    status: 503,
    meaning: 'The server is about to end, and opens no room any more. Retry-After says when another one may be there.',
  },
  'no-space': { status: 507, meaning: 'The disk for recordings is full, or nearly.' },
  'room-unreachable': {
    status: 503,
    meaning:
      'One of several nodes: the node that has the room does not answer, or Redis does not. Retry-After says how many seconds to wait. A change may have been made or not.',
  },
  'internal-error': { status: 500, meaning: 'The server failed; its log says how.' },
} as const satisfies Record<string, { readonly status: number; readonly meaning: string }>;

export type ProblemCode = keyof typeof problems;

export const problemCodes = Object.keys(problems) as [ProblemCode, ...ProblemCode[]];

/** A refusal of the REST API, answered as application/problem+json (RFC 9457). */
export class Problem extends Error {
  override readonly name = 'Problem';

  /** @param headers go out with the answer */
  constructor(
    readonly code: ProblemCode,
    detail: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
  }

  get status(): number {
    return problems[this.code].status;
  }
}
