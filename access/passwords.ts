import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { RoomError } from '../rooms/index.js';

/** The cost of a hash: some 32 MB and a tenth of a second. */
const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 2 ** 26 };
const hashBytes = 32;
/** Passwords that are hashed or wait for it. */
const maxPending = 32;
/** Wrong passwords of one address in a minute. */
const maxFailures = 5;
const failureMs = 60_000;
const maxAddresses = 10_000;

/** The passwords of rooms: hashed so that a hash that leaks shows nothing, and compared no faster than people type. */
export class HashedPasswords {
  readonly #now: () => number;
  readonly #networkOf: (address: string) => string;
  /** When wrong passwords came, by network; the network that was wrong last is the last one. */
  readonly #failures = new Map<string, readonly number[]>();
  #pending = 0;

  /**
   * @param now the time in ms
   * @param networkOf what counts as one address
   */
  constructor(now: () => number = Date.now, networkOf: (address: string) => string = (address) => address) {
    this.#now = now;
    this.#networkOf = networkOf;
  }

  async hash(password: string): Promise<string> {
    const salt = randomBytes(16);
    return `scrypt.${salt.toString('base64url')}.${(await this.#derived(password, salt)).toString('base64url')}`;
  }

  /** An attempt counts as wrong until it is right, so that many at once are no way around. @throws RoomError `too-many` */
  async matches(hash: string, password: string, address = ''): Promise<boolean> {
    const [, salt = '', kept = ''] = hash.split('.');
    const expected = Buffer.from(kept, 'base64url');
    const network = this.#networkOf(address);
    const counted = this.#count(network);
    const derived = await this.#derived(password, Buffer.from(salt, 'base64url'));
    const fits = expected.length === hashBytes && timingSafeEqual(derived, expected);
    if (fits) this.#forgive(network, counted);
    return fits;
  }

  #count(network: string): number {
    const now = this.#now();
    const recent = (this.#failures.get(network) ?? []).filter((at) => now - at < failureMs);
    const [first = now] = recent;
    if (recent.length >= maxFailures)
      throw tooMany('Too many wrong passwords; try again later', first + failureMs - now);
    this.#failures.delete(network);
    this.#failures.set(network, [...recent, now]);
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > maxAddresses && oldest !== undefined) this.#failures.delete(oldest);
    return now;
  }

  #forgive(network: string, counted: number): void {
    const failures = this.#failures.get(network) ?? [];
    const left = failures.toSpliced(failures.indexOf(counted), 1);
    if (left.length === 0) this.#failures.delete(network);
    else this.#failures.set(network, left);
  }

  async #derived(password: string, salt: Buffer): Promise<Buffer> {
    if (this.#pending >= maxPending) throw tooMany('Too many passwords are looked at; try again', 1_000);
    this.#pending += 1;
    try {
      return await new Promise((resolve, reject) => {
        scrypt(password.normalize(), salt, hashBytes, cost, (error, key) => {
          if (error) reject(error);
          else resolve(key);
        });
      });
    } finally {
      this.#pending -= 1;
    }
  }
}

function tooMany(message: string, retryAfterMs: number): RoomError {
  return new RoomError('too-many', message, { retry: true, details: { retryAfterMs } });
}
