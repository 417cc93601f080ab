import { createHash, timingSafeEqual } from 'node:crypto';
import { Problem } from './problem.js';

/** Allows operations that change something to clients that bear the admin token. Without a token nobody may. */
export class Admin {
  readonly #digest: Buffer | undefined;

  /** @param token empty: nobody may */
  constructor(token: string) {
    this.#digest = token === '' ? undefined : digestOf(token);
  }

  /**
   * @param authorization the header of that name
   * @throws Problem `writes-off`, `token-needed`
   */
  check(authorization: string | undefined): void {
    if (!this.#digest) {
      throw new Problem('writes-off', 'Nobody may do this: the server has no admin token (ADMIN_TOKEN)');
    }
    const [, token] = /^bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
    if (token === undefined) {
      throw new Problem('token-needed', 'This needs the admin token, as Authorization: Bearer TOKEN', {
        'WWW-Authenticate': 'Bearer realm="atrium"',
      });
    }
    // Digests are of one length, which is what the comparison in constant time needs.
    if (!timingSafeEqual(digestOf(token), this.#digest)) {
      throw new Problem('token-needed', 'That is not the admin token', {
        'WWW-Authenticate': 'Bearer realm="atrium", error="invalid_token"',
      });
    }
  }
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
