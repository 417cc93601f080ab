import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';

export interface AdmissionOptions {
  /** What a client must send. Undefined: nothing. */
  readonly token?: string | undefined;
  /** Pages that may connect, as https://host[:port]; `*`: all. */
  readonly allowedOrigins?: readonly string[];
}

export interface Refusal {
  readonly status: 401 | 403;
  /** For the log. */
  readonly reason: string;
}

const longestOrigin = 200;

/**
 * Decides which clients may speak to the engine. A client that sends `Origin` is a page in a browser. Pages of every site can reach a port on loopback, so
 * they are refused unless they are allowed by name, even those that know the token.
 */
export class Admission {
  readonly #token: Buffer | undefined;
  readonly #allowedOrigins: ReadonlySet<string>;

  constructor({ token, allowedOrigins = [] }: AdmissionOptions = {}) {
    this.#token = token === undefined ? undefined : digest(token);
    this.#allowedOrigins = new Set(allowedOrigins.map((each) => readOrigin(each) ?? each));
  }

  /** Undefined for a client that may come in. */
  refusal({ headers, url = '' }: IncomingMessage): Refusal | undefined {
    const { origin } = headers;
    if (origin !== undefined && !this.#allows(origin)) {
      return { status: 403, reason: `pages of ${origin.slice(0, longestOrigin)} are not in --allowed-origins` };
    }
    const token = this.#token;
    if (!token) return undefined;
    const given = tokensOf(headers.authorization, url);
    if (given.length === 0) return { status: 401, reason: 'no token was sent' };
    // Digests have one length, so the comparison says nothing of that of the token.
    if (given.some((each) => timingSafeEqual(digest(each), token))) return undefined;
    return { status: 401, reason: 'the token is wrong' };
  }

  #allows(origin: string): boolean {
    return this.#allowedOrigins.has('*') || this.#allowedOrigins.has(readOrigin(origin) ?? '');
  }
}

/** An origin as browsers write it. Undefined for anything that is none, such as `null`. */
export function readOrigin(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { origin, pathname, search } = new URL(text);
  return origin === 'null' || pathname !== '/' || search !== '' ? undefined : origin;
}

export const allowedOrigin = z.string().transform((text, context) => {
  const origin = text === '*' ? text : readOrigin(text);
  if (origin !== undefined) return origin;
  context.addIssue('must be pages as https://host[:port], or *');
  return z.NEVER;
});

/**
 * The three ways in which clients can send one: as a bearer token, as the password of `ws://user:password@host`, and as kurento-client
 * does with its option `access_token`.
 */
function tokensOf(authorization: string | undefined, url: string): string[] {
  const [, scheme = '', text = ''] = /^(bearer|basic) +(\S+)$/i.exec(authorization ?? '') ?? [];
  const [, query = ''] = url.split('?');
  const inQuery = new URLSearchParams(query).get('access_token') ?? undefined;
  const inHeader = scheme.toLowerCase() === 'basic' ? passwordOf(text) : text;
  return [inHeader, inQuery].filter((each) => each !== undefined && each !== '') as string[];
}

function passwordOf(credentials: string): string | undefined {
  return /^[^:]*:([^]*)$/.exec(Buffer.from(credentials, 'base64').toString('utf8'))?.[1];
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
