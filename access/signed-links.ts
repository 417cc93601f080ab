import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { AccessSettings } from './settings.js';

/** How long a link is good, in ms. */
const validForMs = 300_000;

/** Where a link allows what its path does, in the query of its URL. */
export interface LinkProof {
  /** In s since 1970. */
  readonly expires: string;
  readonly signature: string;
}

/**
 * Signs links that are good for a short time without a token, with the first of KEYS. So every node that has that key takes them, and they
 * end with it. Without KEYS a secret of this process signs them.
 */
export class SignedLinks {
  readonly #settings: Pick<AccessSettings, 'keys'>;
  readonly #now: () => number;
  readonly #ownSecret = randomBytes(32);

  /** @param now the time in ms since 1970 */
  constructor(settings: Pick<AccessSettings, 'keys'>, now: () => number) {
    this.#settings = settings;
    this.#now = now;
  }

  /** @param what the link is for, in parts */
  sign(what: readonly string[]): { readonly proof: LinkProof; readonly expiresAt: Date } {
    const expires = Math.ceil((this.#now() + validForMs) / 1_000);
    const [secret = this.#ownSecret] = this.#secrets;
    const signature = signatureOf(what, expires, secret);
    return { proof: { expires: String(expires), signature }, expiresAt: new Date(expires * 1_000) };
  }

  /** Whether it was signed for that, and is still good. */
  isGood(what: readonly string[], { expires, signature }: LinkProof): boolean {
    const seconds = /^\d{1,12}$/.test(expires) ? Number(expires) : 0;
    const given = Buffer.from(signature);
    const isSigned = this.#secrets.map((secret) => {
      const expected = Buffer.from(signatureOf(what, seconds, secret));
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
    return isSigned.includes(true) && seconds * 1_000 > this.#now();
  }

  get #secrets(): readonly (string | Buffer)[] {
    const { keys } = this.#settings;
    return keys.size > 0 ? [...keys.values()] : [this.#ownSecret];
  }
}

/** By a key of its own, so that nothing else that the secret signs is a link. */
function signatureOf(what: readonly string[], expires: number, secret: string | Buffer): string {
  const key = createHmac('sha256', secret).update('atrium: link').digest();
  return createHmac('sha256', key)
    .update(JSON.stringify([expires, ...what]))
    .digest('base64url');
}
