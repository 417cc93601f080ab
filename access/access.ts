import type { Log } from '../log.js';
import { RoomError, noGrants, roles } from '../rooms/index.js';
import type { Bearer, Grants } from '../rooms/index.js';
import { Tally } from '../tally.js';
import { PublicKeys } from './public-keys.js';
import type { AccessSettings } from './settings.js';
import { TokenBearer } from './token-bearer.js';
import { Tokens } from './tokens.js';

/** What a client shows at a door. */
export interface Introduction {
  /** The name of its protocol. */
  readonly door: string;
  readonly address?: string | undefined;
  /** A token of ours. Empty counts as none. */
  readonly token?: string | undefined;
  /** What its door was given in place of a token, for hooks. */
  readonly credential?: unknown;
  /** What it calls itself, for the log. */
  readonly name?: string | undefined;
}

const everything: Grants = { ...roles.MODERATOR, roomCreate: true, roomList: true };

/** The bearer of the admin token. */
export const administrator: Bearer = { grantsIn: () => everything };

/** Whether a text can be one of our tokens and no password of somebody's own. */
export function isTokenShaped(text: string): boolean {
  return /^eyJ[\w-]*\.[\w-]+\.[\w-]*$/.test(text);
}

/** Runs the verification of a token, for a program that traces it. */
type TracedVerification = <Result>(verify: () => Promise<Result>) => Promise<Result>;

/** What differs for a protocol with rooms of its own, and for a program that traces. */
interface Apart {
  readonly nameOf: (key: string) => string;
  readonly publicKeys: PublicKeys;
  readonly refused: Access['refused'];
  readonly traced: TracedVerification | undefined;
}

/** Finds out who a client is. Every door asks it; what the client may do then is checked by the rooms (docs/access.md). */
export class Access {
  /** Tokens that were refused, by the code of the refusal. */
  readonly refused: Tally<readonly [cause: string]>;
  readonly #settings: AccessSettings;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #nameOf: (key: string) => string;
  readonly #publicKeys: PublicKeys;
  readonly #tokens: Tokens;
  readonly #traced: TracedVerification;
  /** For a join of which no door says what its client has shown. */
  readonly stranger: Bearer = { grantsIn: () => this.#strangersGrants() };

  /**
   * @param settings are looked up when they are needed
   * @param now the time in ms since 1970
   */
  constructor(settings: AccessSettings, log: Log, now: () => number = Date.now, apart: Partial<Apart> = {}) {
    this.#settings = settings;
    this.#log = log;
    this.#now = now;
    this.refused = apart.refused ?? new Tally();
    this.#nameOf = apart.nameOf ?? ((key) => key);
    this.#publicKeys = apart.publicKeys ?? new PublicKeys(settings, log, now);
    this.#traced = apart.traced ?? ((verify) => verify());
    this.#tokens = new Tokens(settings, this.#publicKeys, now);
  }

  /** Whether there are keys that verify tokens. */
  get readsTokens(): boolean {
    return this.#tokens.areReadable;
  }

  /** Whether a client without a token is refused. Doors whose clients cannot carry one are closed then. */
  get needsToken(): boolean {
    return this.#settings.auth === 'required';
  }

  /**
   * The same for a protocol that has rooms of its own (BRIDGE=false): a token names a room as that protocol does.
   * @param nameOf that name, of a key in `Rooms`
   */
  withNames(nameOf: (key: string) => string): Access {
    return new Access(this.#settings, this.#log, this.#now, {
      nameOf,
      publicKeys: this.#publicKeys,
      refused: this.refused,
      traced: this.#traced,
    });
  }

  /** Fetches public keys where there are some to fetch. Never rejects: what is wrong is one line of the log. */
  open(): Promise<void> {
    return this.#publicKeys.open();
  }

  close(): void {
    this.#publicKeys.close();
  }

  /**
   * What the client has shown itself to be. Without a token it is answered at once.
   * @throws RoomError `token-needed`; rejects with `token-invalid`, `token-expired`
   */
  identify(introduction: Introduction): Bearer | Promise<Bearer> {
    const { token = '', address, credential } = introduction;
    const { auth } = this.#settings;
    if (token !== '' && (auth !== 'off' || this.#tokens.areReadable)) return this.#bearerOf(token, introduction);
    if (auth === 'required') throw new RoomError('token-needed', 'A token is needed to come in here');
    return { grantsIn: this.#strangersGrants, address, credential };
  }

  /** A client that has shown the secret of its own door, which counts as much as a token. */
  ofDoor({ address }: Pick<Introduction, 'door' | 'address'>): Bearer {
    const { doorGrants } = this.#settings;
    return { grantsIn: () => doorGrants, address };
  }

  /** An own function of each bearer: no method is bound for every client. */
  readonly #strangersGrants = (): Grants => {
    const { auth, guestGrants } = this.#settings;
    if (auth === 'required') return noGrants;
    return auth === 'off' ? roles.PUBLISHER : guestGrants;
  };

  async #bearerOf(token: string, { door, address, credential, name }: Introduction): Promise<Bearer> {
    try {
      const { claims, payload } = await this.#traced(() => this.#tokens.verify(token));
      return new TokenBearer(claims, payload, address, this.#nameOf);
    } catch (error) {
      if (!(error instanceof RoomError)) throw error;
      const reason = error.cause instanceof Error ? error.cause.message : error.message;
      this.refused.add(error.code);
      this.#log.info('a token was refused', { door, address, name, reason });
      if (this.#settings.auth !== 'off') throw error;
      return { grantsIn: this.#strangersGrants, address, credential };
    }
  }
}

/**
 * Whether a client may call itself so. A token decides the name; protocols in which the client says one, too, take its identity, its name,
 * or nothing.
 */
export function nameFits({ identity, name }: Bearer, given: string | undefined): boolean {
  if (given === undefined || given === '' || (identity === undefined && name === undefined)) return true;
  const form = given.normalize();
  return form === identity || form === name;
}
