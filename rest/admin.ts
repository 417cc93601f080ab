import { createHash, timingSafeEqual } from 'node:crypto';
import { bearerToken } from '../access/index.js';
import type { WrongTokens } from '../access/index.js';
import { Problem } from './problem.js';

/** What is looked at of a request. */
export interface Claim {
  /** The header of that name. */
  readonly authorization: string | undefined;
  /** Of the client. */
  readonly address: string;
}

/** Knows the clients that bear the admin token. Without a configured token there are none. */
export class Admin {
  readonly #token: () => string;
  #digest: { readonly of: string; readonly digest: Buffer } | undefined;
  readonly #wrongTokens: WrongTokens;

  /** @param token the present one; empty: nobody is an administrator */
  constructor(token: () => string, wrongTokens: WrongTokens) {
    this.#token = token;
    this.#wrongTokens = wrongTokens;
  }

  /** Whether anybody can be an administrator. */
  get isPossible(): boolean {
    return this.#token() !== '';
  }

  /**
   * For a request that changes something.
   * @throws Problem `writes-off`, and as `need`
   */
  needToChange(claim: Claim): void {
    if (this.isPossible) this.need(claim);
    else throw new Problem('writes-off', 'Nobody may do this: the server has no admin token (ADMIN_TOKEN)');
  }

  /** @throws Problem `token-needed`, and as `is` */
  need(claim: Claim): void {
    if (!this.is(claim)) throw tokenNeeded();
  }

  /**
   * Whether the request bears the admin token. False when it bears none.
   * @throws Problem `token-needed` for a wrong token; `too-many` after several from that address, whatever the token is
   */
  is({ authorization, address }: Claim): boolean {
    const token = bearerToken(authorization);
    const expected = this.#expected();
    if (token === undefined || !expected) return false;
    const waitS = this.#wrongTokens.waitOf(address);
    if (waitS > 0) {
      throw new Problem('too-many', `Too many wrong tokens came from your address; try again in ${waitS} s`, {
        'Retry-After': String(waitS),
      });
    }
    // Digests are of one length, which is what the comparison in constant time needs.
    if (timingSafeEqual(digestOf(token), expected)) {
      this.#wrongTokens.forgive(address);
      return true;
    }
    this.#wrongTokens.add(address);
    throw new Problem('token-needed', 'That is not the admin token', {
      'WWW-Authenticate': 'Bearer realm="atrium", error="invalid_token"',
    });
  }

  /** The digest of the token, made once for each token. */
  #expected(): Buffer | undefined {
    const token = this.#token();
    if (token === '') return undefined;
    if (this.#digest?.of !== token) this.#digest = { of: token, digest: digestOf(token) };
    return this.#digest.digest;
  }
}

export function tokenNeeded(): Problem {
  return new Problem('token-needed', 'This needs a token, as Authorization: Bearer TOKEN', {
    'WWW-Authenticate': 'Bearer realm="atrium"',
  });
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
