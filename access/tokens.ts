import { randomBytes } from 'node:crypto';
import type * as jose from 'jose';
import type { JWTVerifyOptions, JWTVerifyResult } from 'jose';
import { RoomError } from '../rooms/index.js';
import { tokenClaims } from './claims.js';
import type { TokenClaims } from './claims.js';
import type { PublicKeys } from './public-keys.js';
import type { AccessSettings } from './settings.js';

/** The longest token, in bytes. */
export const maxTokenBytes = 8_192;

/** What a valid token says. */
export interface Verified {
  readonly claims: TokenClaims;
  /** All claims, as they are in the token. */
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Verifies tokens with the keys of the operator. */
export class Tokens {
  readonly #settings: AccessSettings;
  readonly #publicKeys: PublicKeys;
  readonly #now: () => number;
  /** A token of an unknown issuer is verified all the same, with a key that nobody has: its refusal takes as long as any other. */
  readonly #nobodysKey = randomBytes(32);

  /** @param now the time in ms since 1970 */
  constructor(settings: AccessSettings, publicKeys: PublicKeys, now: () => number) {
    this.#settings = settings;
    this.#publicKeys = publicKeys;
    this.#now = now;
  }

  /** Whether there is anything that a token could be verified with. */
  get areReadable(): boolean {
    return this.#settings.keys.size > 0 || this.#publicKeys.areThere;
  }

  /**
   * The key decides the algorithm, never the header of the token: a secret verifies HS256 and nothing else, a public key the others.
   * @throws RoomError `token-invalid`, `token-expired`. The cause says why, for the log
   */
  async verify(token: string): Promise<Verified> {
    if (token.length > maxTokenBytes) throw invalid('it is too long');
    const library = await import('jose');
    try {
      const { payload, protectedHeader } = await this.#read(token, library);
      // The library would take extensions that it knows.
      if ('crit' in protectedHeader || 'b64' in protectedHeader) throw new Error('its header has crit or b64');
      const { data, error } = tokenClaims.safeParse(payload);
      if (!data) throw new Error(`its claim ${String(error.issues[0]?.path[0])} does not fit`);
      return { claims: data, payload };
    } catch (error) {
      throw refusalOf(error, library);
    }
  }

  #read(token: string, { decodeJwt, jwtVerify }: typeof jose): Promise<JWTVerifyResult> {
    const { keys, jwtIssuers, jwtAudience, tokenToleranceS } = this.#settings;
    const { iss = '' } = decodeJwt(token);
    const checks: JWTVerifyOptions = {
      issuer: iss,
      requiredClaims: ['exp'],
      clockTolerance: tokenToleranceS,
      currentDate: new Date(this.#now()),
    };
    const secret = keys.get(iss);
    if (secret === undefined && jwtIssuers.includes(iss) && this.#publicKeys.areThere) {
      return jwtVerify(token, this.#publicKeys.find, {
        ...checks,
        algorithms: ['RS256', 'ES256', 'EdDSA'],
        ...(jwtAudience.length > 0 && { audience: [...jwtAudience] }),
      });
    }
    const key = secret === undefined ? this.#nobodysKey : new TextEncoder().encode(secret);
    return jwtVerify(token, key, { ...checks, algorithms: ['HS256'] });
  }
}

/** All bad tokens are answered alike; only one that was good before, or will be, is told so. */
function refusalOf(error: unknown, { errors }: typeof jose): RoomError {
  if (error instanceof errors.JWTExpired) return expired('it has expired');
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'nbf' && error.reason === 'check_failed') return expired('it is not valid yet');
    return invalid(`its claim ${error.claim} does not fit`);
  }
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return invalid('its signature is wrong, or its issuer unknown');
  return invalid(error instanceof Error ? error.message : 'it cannot be read');
}

function invalid(why: string): RoomError {
  return new RoomError('token-invalid', 'The token is not valid here', { cause: new Error(why) });
}

function expired(why: string): RoomError {
  const message = 'The token has expired or is not valid yet: ask for a new one';
  return new RoomError('token-expired', message, { cause: new Error(why) });
}
