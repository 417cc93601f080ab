export interface FetchBounds extends StatusBounds {
  readonly maxBytes: number;
}

export interface StatusBounds {
  readonly timeoutMs: number;
  /** Ends the request early. */
  readonly signal: AbortSignal;
}

export interface BoundedAnswer {
  readonly status: number;
  readonly text: string;
}

/** The answer names another address. */
export class Redirected extends Error {
  override readonly name = 'Redirected';

  constructor(readonly status: number) {
    super(`it answers with a redirect (${status})`);
  }
}

/**
 * One HTTP request whose answer is small and soon there. A redirect is not followed: what is asked may be secret, and the operator has
 * named the address.
 * @throws Error that says in a few words what went wrong
 */
export async function boundedFetch(
  url: string,
  init: RequestInit,
  { maxBytes, ...bounds }: FetchBounds,
): Promise<BoundedAnswer> {
  return exchange(url, init, bounds, async (response) => ({
    status: response.status,
    text: await textOf(response, maxBytes),
  }));
}

/** What is read of an answer of which only the status counts, in bytes. */
const maxUnreadBytes = 1_024;

/** As `boundedFetch`, where only the status counts. The rest of a short answer is read, so that the connection can be used again. */
export async function fetchStatus(url: string, init: RequestInit, bounds: StatusBounds): Promise<number> {
  return exchange(url, init, bounds, (response) => {
    // Nobody waits for it, and it ends with the time of the request.
    textOf(response, maxUnreadBytes).catch(() => undefined);
    return Promise.resolve(response.status);
  });
}

async function exchange<Answer>(
  url: string,
  init: RequestInit,
  { timeoutMs, signal }: StatusBounds,
  read: (response: Response) => Promise<Answer>,
): Promise<Answer> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.any([timeout, signal]) });
    const { status } = response;
    if (status >= 300 && status < 400) {
      await response.body?.cancel();
      throw new Redirected(status);
    }
    return await read(response);
  } catch (error) {
    if (error instanceof Redirected) throw error;
    if (timeout.aborted) throw new Error(`it does not answer within ${timeoutMs} ms`, { cause: error });
    throw new Error(reasonOf(error), { cause: error });
  }
}

async function textOf({ body }: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (!body) return '';
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new Error(`its answer is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Node says `fetch failed`, and why in the cause. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error && message === 'fetch failed' ? cause.message || cause.name : message;
}
