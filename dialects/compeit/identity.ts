import type { IncomingHttpHeaders } from 'node:http';
import { jwtVerify } from 'jose';
import { z } from 'zod';
import { cleanedName } from '../../rooms/index.js';

/** What a client sends when it connects, over either transport. */
export interface Introduction {
  readonly headers: IncomingHttpHeaders;
  /** A field in the query of the handshake. */
  field(name: string): string | undefined;
}

export interface Identity {
  /** Undefined for a guest. */
  readonly name: string | undefined;
  /** All connections of one account belong to one user. Undefined for a guest. */
  readonly account: string | undefined;
  /** When the token expires, in ms since 1970; Infinity for a token without expiry and for a guest. */
  readonly expiresAt: number;
}

/** The longest name, in characters (docs/protocols/compeit.md#29-limits). */
const maxNameLength = 64;
const nameCookie = 'compeit_name';
const tokenCookie = 'compeit_token';

/** The payload of a JSON Web Token (RFC 7519 §4.1). jose has checked `exp` and `nbf`, which are in seconds since 1970. */
const claims = z.object({ sub: z.string().min(1), name: z.string().optional(), exp: z.number().optional() });
type Claims = z.output<typeof claims>;

/**
 * Identifies clients (docs/protocols/compeit.md#31-identity). With a secret, a client needs a token that was signed
 * with it.
 */
export class Identities {
  readonly #secret: () => string;
  readonly #now: () => number;

  /** @param secret the present one; empty: clients need no token */
  constructor(secret: () => string, now: () => number) {
    this.#secret = secret;
    this.#now = now;
  }

  /** Never rejects. @returns undefined when the client must be refused */
  async of(introduction: Introduction): Promise<Identity | undefined> {
    const chosen = introduction.field('name') ?? cookieOf(introduction, nameCookie);
    const secret = this.#secret();
    if (secret === '') return { name: cleanName(chosen), account: undefined, expiresAt: Infinity };
    const proven = await this.#verify(tokenOf(introduction), new TextEncoder().encode(secret));
    if (!proven) return undefined;
    const { sub, name = chosen, exp = Infinity } = proven;
    return { name: cleanName(name), account: sub, expiresAt: exp * 1_000 };
  }

  /** Whether the token of the identity has not expired meanwhile. */
  isValid({ expiresAt }: Identity): boolean {
    return this.#now() < expiresAt;
  }

  async #verify(token: string, key: Uint8Array): Promise<Claims | undefined> {
    try {
      // jose refuses other algorithms, unknown critical extensions (`crit`), and expired or future tokens, without clock tolerance.
      const { payload } = await jwtVerify(token, key, { algorithms: ['HS256'], currentDate: new Date(this.#now()) });
      return claims.safeParse(payload).data;
    } catch {
      return undefined;
    }
  }
}

function tokenOf(introduction: Introduction): string {
  const [, bearer] = /^Bearer (\S+)$/i.exec(introduction.headers.authorization ?? '') ?? [];
  return introduction.field('token') ?? bearer ?? cookieOf(introduction, tokenCookie) ?? '';
}

/**
 * A name for pages of this protocol, of their own people and of strangers. Without `<` and `>`, because old pages show names as HTML
 * (docs/protocols/compeit.md#211-security). Undefined when nothing is left.
 */
export function cleanName(name = ''): string | undefined {
  return cleanedName(name.replace(/[<>]/g, ''), maxNameLength) || undefined;
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
