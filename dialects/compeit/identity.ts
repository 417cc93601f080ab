import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import type { Access, Introduction as Known } from '../../access/index.js';
import { RoomError, cleanedName } from '../../rooms/index.js';
import type { Bearer } from '../../rooms/index.js';

/** The value of `Attributes.dialect` of this protocol's participants. */
export const dialectName = 'compeit';

/** What a client sends when it connects, over either transport. */
export interface Introduction {
  readonly headers: IncomingHttpHeaders;
  /** IP address. */
  readonly address: string;
  /** A field in the query of the handshake. */
  field(name: string): string | undefined;
}

export interface Identity {
  /** Undefined for a guest. */
  readonly name: string | undefined;
  /** All connections of one account belong to one user. Undefined for a guest. */
  readonly account: string | undefined;
  /** What the client has shown. */
  readonly bearer: Bearer;
  /** When the token of the door's secret expires, in ms since 1970; Infinity for all others. */
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
 * Identifies clients (docs/protocols/compeit.md#31-identity). With a secret, a client needs a token that was signed with it, or with a key
 * of the server (docs/access.md#compeit).
 */
export class Identities {
  readonly #secret: () => string;
  readonly #access: Access;
  readonly #now: () => number;

  /** @param secret the present one; empty: clients need no token */
  constructor(secret: () => string, access: Access, now: () => number) {
    this.#secret = secret;
    this.#access = access;
    this.#now = now;
  }

  /** Never rejects. @returns undefined when the client must be refused */
  async of(introduction: Introduction): Promise<Identity | undefined> {
    const chosen = introduction.field('name') ?? cookieOf(introduction, nameCookie);
    const secret = this.#secret();
    const token = tokenOf(introduction);
    const { address } = introduction;
    const known = { door: dialectName, address, name: chosen };
    const ofDoor = secret === '' ? undefined : await this.#verify(token, new TextEncoder().encode(secret));
    if (ofDoor) {
      const { sub, name = chosen, exp = Infinity } = ofDoor;
      const bearer = this.#access.ofDoor(known);
      return { name: cleanName(name), account: `door:${sub}`, expiresAt: exp * 1_000, bearer };
    }
    const bearer = await this.#bearerOf({ ...known, token });
    if (!bearer || (secret !== '' && !bearer.claims)) return undefined;
    const { identity, name = identity ?? chosen } = bearer;
    const account = identity === undefined ? undefined : `token:${identity}`;
    return { name: cleanName(name), account, expiresAt: Infinity, bearer };
  }

  /** Whether the token of the identity has not expired meanwhile. */
  isValid({ expiresAt }: Identity): boolean {
    return this.#now() < expiresAt;
  }

  /** Undefined for a client that must be refused. */
  async #bearerOf(known: Known): Promise<Bearer | undefined> {
    try {
      return await this.#access.identify(known);
    } catch (error) {
      if (error instanceof RoomError) return undefined;
      throw error;
    }
  }

  async #verify(token: string, key: Uint8Array): Promise<Claims | undefined> {
    const { jwtVerify } = await import('jose');
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
  const query = introduction.field('token') ?? introduction.field('access_token');
  return query ?? bearer ?? cookieOf(introduction, tokenCookie) ?? '';
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
