import { createServer, request as ask } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { duplexPair } from 'node:stream';
import type { Duplex } from 'node:stream';
import { z } from 'zod';

/** A request as one node passes it to another, and its answer: texts of JSON. Bodies are in base64. */

const headersSchema = z.record(z.string(), z.string());
const bodySchema = z.string().transform((text) => Buffer.from(text, 'base64'));

const requestSchema = z.object({
  method: z.string(),
  /** Path and query, without PATH_PREFIX. */
  url: z.string().startsWith('/'),
  headers: headersSchema,
  body: bodySchema,
  /** Of the client, for counting. */
  address: z.string(),
});
export type PassedRequest = z.output<typeof requestSchema>;

const answerSchema = z.object({ status: z.int().min(200).max(599), headers: headersSchema, body: bodySchema });
export type PassedAnswer = z.output<typeof answerSchema>;

/** Headers of a request that an answer may depend on. */
const passedHeaders = ['authorization', 'content-type', 'accept', 'if-none-match', 'if-modified-since'] as const;
/** Headers of an answer that are about its connection. */
const ofConnection: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding', 'date']);

export function headersToPass({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    passedHeaders.flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

export function requestText({ body, ...rest }: PassedRequest): string {
  return JSON.stringify({ ...rest, body: body.toString('base64') } satisfies z.input<typeof requestSchema>);
}

/** @throws ZodError, SyntaxError */
export function readAnswer(text: string): PassedAnswer {
  return answerSchema.parse(JSON.parse(text));
}

/** Serves requests that other nodes pass on, as if they came over a connection. */
export class PassedRequests {
  readonly #server: Server;
  /** Of the client, by the connection that its request has here. */
  readonly #addresses = new WeakMap<Duplex, string>();

  constructor(app: RequestListener) {
    this.#server = createServer(app);
  }

  /** The address of the client of a request that another node has passed on; undefined for all others. */
  addressOf({ socket }: IncomingMessage): string | undefined {
    return this.#addresses.get(socket);
  }

  /** @param text as `requestText`. @returns as `readAnswer` reads it. @throws ZodError, SyntaxError for what is no request */
  async serve(text: string): Promise<string> {
    const { method, url, headers, body, address } = requestSchema.parse(JSON.parse(text));
    const [near, far] = duplexPair();
    try {
      this.#addresses.set(far, address);
      this.#server.emit('connection', far);
      const length = body.length > 0 ? { 'content-length': String(body.length) } : {};
      const asking = ask({
        method,
        path: url,
        headers: { ...headers, ...length, host: 'node', connection: 'close' },
        createConnection: () => near,
      });
      const answer = new Promise<IncomingMessage>((resolve, reject) => {
        asking.once('response', resolve).once('error', reject);
      });
      asking.end(body);
      return await answerText(await answer);
    } finally {
      near.destroy();
      far.destroy();
    }
  }
}

async function answerText(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const headers = Object.entries(answer.headers).flatMap(([name, value]) =>
    typeof value !== 'string' || ofConnection.has(name) ? [] : [[name, value]],
  );
  const { statusCode: status = 500 } = answer;
  const given: z.input<typeof answerSchema> = {
    status,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: Buffer.concat(chunks).toString('base64'),
  };
  return JSON.stringify(given);
}
