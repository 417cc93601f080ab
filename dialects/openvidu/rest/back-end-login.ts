import { createHash, timingSafeEqual } from 'node:crypto';
import type { WrongTokens } from '../../../access/index.js';
import { Refusal } from './refusal.js';

const user = 'OPENVIDUAPP';
const challenge = { 'WWW-Authenticate': 'Basic realm="openvidu"' };

/** Knows the back ends that have the secret: basic authentication. */
export class BackEndLogin {
  readonly #expected: Buffer;
  readonly #wrong: WrongTokens;

  constructor(secret: string, wrong: WrongTokens) {
    this.#expected = digestOf(`${user}:${secret}`);
    this.#wrong = wrong;
  }

  /**
   * Wrong users and wrong passwords are told alike.
   * @param network that of the client, for counting. @throws Refusal 401; 429 after several wrong ones
   */
  check(authorization: string | undefined, network: string): void {
    const [, encoded] = /^Basic +([A-Za-z0-9+/=_-]+)\s*$/i.exec(authorization ?? '') ?? [];
    if (encoded === undefined) throw new Refusal(401, 'This needs the secret of the server', challenge);
    const waitS = this.#wrong.waitOf(network);
    if (waitS > 0) {
      throw new Refusal(429, `Too many wrong passwords came from your address; try again in ${waitS} s`, {
        'Retry-After': String(waitS),
      });
    }
    // Digests are of one length, which is what the comparison in constant time needs.
    if (timingSafeEqual(digestOf(Buffer.from(encoded, 'base64')), this.#expected)) {
      this.#wrong.forgive(network);
      return;
    }
    this.#wrong.add(network);
    throw new Refusal(401, 'The user or the password is wrong', challenge);
  }
}

function digestOf(text: string | Buffer): Buffer {
  return createHash('sha256').update(text).digest();
}
