import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';

/** What a client brings along when it connects, over either transport. */
export interface Introduction {
  readonly headers: IncomingHttpHeaders;
  /** A field of the query of the handshake. */
  field(name: string): string | undefined;
}

export interface Identity {
  /** Undefined for a guest. */
  readonly name: string | undefined;
  /** Whose connections are one user's; undefined where nobody is known. */
  readonly account: string | undefined;
}

/** In characters (COMPEIT §2.9). */
const maxNameLength = 64;
const nameCookie = 'compeit_name';
const tokenCookie = 'compeit_token';

/** The payload of a JSON Web Token (RFC 7519 §4.1). Times are in seconds since 1970. */
const claims = z.object({
  sub: z.string().min(1),
  name: z.string().optional(),
  exp: z.number().optional(),
  nbf: z.number().optional(),
});
/** One that names extensions that must be understood (`crit`) is refused: there are none here (RFC 7515 §4.1.11). */
const header = z.object({ alg: z.literal('HS256'), crit: z.undefined().optional() });

/** Tells who somebody is (COMPEIT §3.1). With a secret only those are let in who have a token that was signed with it. */
export class Identities {
  readonly #secret: string;
  readonly #now: () => number;

  /** `secret`: empty for none. */
  constructor(secret: string, now: () => number) {
    this.#secret = secret;
    this.#now = now;
  }

  /** @returns undefined when the client is not to be let in */
  of(introduction: Introduction): Identity | undefined {
    const chosen = introduction.field('name') ?? cookieOf(introduction, nameCookie);
    if (this.#secret === '') return { name: cleanName(chosen), account: undefined };
    const proven = this.#verify(tokenOf(introduction));
    return proven && { name: cleanName(proven.name ?? chosen), account: proven.sub };
  }

  #verify(token: string): z.output<typeof claims> | undefined {
    const [head = '', payload = '', signature = '', ...rest] = token.split('.');
    const expected = createHmac('sha256', this.#secret).update(`${head}.${payload}`).digest();
    const given = Buffer.from(signature, 'base64url');
    if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    const proven = claims.safeParse(decode(payload)).data;
    if (!header.safeParse(decode(head)).success || !proven) return undefined;
    const now = this.#now() / 1_000;
    return now >= (proven.exp ?? Infinity) || now < (proven.nbf ?? 0) ? undefined : proven;
  }
}

function tokenOf(introduction: Introduction): string {
  const [, bearer] = /^Bearer (\S+)$/i.exec(introduction.headers.authorization ?? '') ?? [];
  return introduction.field('token') ?? bearer ?? cookieOf(introduction, tokenCookie) ?? '';
}

/** Pages of old show names as HTML: nothing that begins a tag stays, nor control characters. */
function cleanName(name: string | undefined): string | undefined {
  const clean = name?.replace(/[\p{Cc}<>]/gu, '').trim() ?? '';
  const short = Array.from(clean).slice(0, maxNameLength).join('').trim();
  return short === '' ? undefined : short;
}

function cookieOf({ headers }: Introduction, name: string): string | undefined {
  for (const part of (headers.cookie ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at >= 0 && part.slice(0, at).trim() === name) return percentDecoded(part.slice(at + 1).trim());
  }
  return undefined;
}

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString());
  } catch {
    return undefined;
  }
}
