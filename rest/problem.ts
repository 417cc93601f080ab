/** Everything the REST API refuses a request for: the stable code, its HTTP status, and what it means. */
export const problems = {
  'bad-request': { status: 400, meaning: 'A parameter is missing or malformed.' },
  'token-needed': { status: 401, meaning: 'The admin token is missing or wrong.' },
  'origin-not-allowed': { status: 403, meaning: 'The request comes from a page of another site; see ALLOWED_ORIGINS.' },
  'writes-off': { status: 403, meaning: 'The server is not configured to let anybody do this.' },
  forbidden: { status: 403, meaning: 'The server is configured to tell nobody.' },
  'not-found': { status: 404, meaning: 'Nothing is served at this path.' },
  'room-not-found': { status: 404, meaning: 'There is no room of that name.' },
  'participant-not-found': { status: 404, meaning: 'The room has no participant of that id.' },
  'method-not-allowed': { status: 405, meaning: 'The path does not take this method; Allow names those it takes.' },
  'too-late': { status: 408, meaning: 'The rest of the request did not come within MESSAGE_MS.' },
  'upgrade-needed': {
    status: 426,
    meaning:
      'The path is a WebSocket. If the client asked for one, the proxy in front of the server did not pass that on.',
  },
  'too-many': {
    status: 429,
    meaning: 'Too many requests, or too many wrong tokens, came from there; Retry-After says how many seconds to wait.',
  },
  'no-place': { status: 503, meaning: 'Too many connections are open, in all or of one address.' },
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
