import type { FlattenedJWSInput, JWSHeaderParameters } from 'jose';
import type { Log } from '../log.js';
import { boundedFetch } from './bounded-fetch.js';
import { readKeySet } from './key-set.js';
import type { KeyFinder, KeySet } from './key-set.js';
import type { AccessSettings } from './settings.js';

/** How long a fetched key set is used without looking again, in ms. */
const freshMs = 600_000;
/** The shortest time between two fetches, in ms: tokens with unknown keys must not make the server ask again and again. */
const pauseMs = 30_000;
/** The same, as long as no set could be fetched at all. */
const firstPauseMs = 2_000;
type Key = Awaited<ReturnType<KeyFinder>>;

const bounds = { timeoutMs: 5_000, maxBytes: 262_144 };

/**
 * The public keys of programs that make tokens, from a file and from a URL. While the URL is out of reach, the keys fetched last stay in
 * force.
 */
export class PublicKeys {
  readonly #settings: Pick<AccessSettings, 'jwksUrl' | 'jwksFile'>;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #closing = new AbortController();
  #url = '';
  #fetched: KeyFinder | undefined;
  #fetchedAt = -Infinity;
  #triedAt = -Infinity;
  #fetching: Promise<void> | undefined;
  #file: { readonly of: KeySet; readonly finder: KeyFinder } | undefined;

  /** @param now the time in ms */
  constructor(settings: Pick<AccessSettings, 'jwksUrl' | 'jwksFile'>, log: Log, now: () => number) {
    this.#settings = settings;
    this.#log = log;
    this.#now = now;
  }

  get areThere(): boolean {
    return this.#settings.jwksUrl !== '' || this.#settings.jwksFile !== undefined;
  }

  /** Fetches the keys, so that an operator learns at the start of a URL that does not answer, and the first join waits for nothing. */
  async open(): Promise<void> {
    if (this.#settings.jwksUrl !== '') await this.#fetch();
  }

  close(): void {
    this.#closing.abort();
  }

  /** For jose. @throws JOSEError when no key fits */
  readonly find = async (header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<Key> => {
    const inFile = this.#inFile();
    if (inFile) {
      try {
        return await inFile(header, token);
      } catch (error) {
        if (this.#settings.jwksUrl === '' || !isNoMatch(error)) throw error;
      }
    }
    this.#forgetOther();
    if (this.#now() - this.#fetchedAt >= freshMs) await this.#fetchAgain();
    try {
      return await this.#fromUrl(header, token);
    } catch (error) {
      if (!isNoMatch(error) || !(await this.#fetchAgain())) throw error;
      return await this.#fromUrl(header, token);
    }
  };

  #inFile(): KeyFinder | undefined {
    const { jwksFile } = this.#settings;
    if (!jwksFile) return undefined;
    if (this.#file?.of !== jwksFile) this.#file = { of: jwksFile, finder: readKeySet(jwksFile.text) };
    return this.#file.finder;
  }

  async #fromUrl(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<Key> {
    if (!this.#fetched) {
      const { errors } = await import('jose');
      throw new errors.JWKSNoMatchingKey();
    }
    return this.#fetched(header, token);
  }

  /** After a reload the keys may be somewhere else. */
  #forgetOther(): void {
    const { jwksUrl } = this.#settings;
    if (this.#url === jwksUrl) return;
    this.#url = jwksUrl;
    this.#fetched = undefined;
    this.#fetchedAt = -Infinity;
    this.#triedAt = -Infinity;
    this.#fetching = undefined;
  }

  /** @returns whether the keys were looked up, which a recent look makes superfluous */
  async #fetchAgain(): Promise<boolean> {
    const pause = this.#fetched ? pauseMs : firstPauseMs;
    if (!this.#fetching && this.#now() - this.#triedAt < pause) return false;
    await this.#fetch();
    return true;
  }

  #fetch(): Promise<void> {
    this.#forgetOther();
    const url = this.#url;
    this.#triedAt = this.#now();
    const fetching = (this.#fetching ??= this.#fetchFrom(url).finally(() => {
      if (this.#fetching === fetching) this.#fetching = undefined;
    }));
    return fetching;
  }

  async #fetchFrom(url: string): Promise<void> {
    try {
      const init = { headers: { Accept: 'application/jwk-set+json, application/json' } };
      const { status, text } = await boundedFetch(url, init, { ...bounds, signal: this.#closing.signal });
      if (status !== 200) throw new Error(`it answers ${status}`);
      const finder = finderIn(text);
      // Meanwhile the configuration may name another address.
      if (url !== this.#url) return;
      this.#fetched = finder;
      this.#fetchedAt = this.#now();
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      const kept = this.#fetched ? 'those fetched before stay in force' : 'tokens of their issuers are refused';
      this.#log.warn('the public keys of tokens could not be fetched', { url, reason, kept });
    }
  }
}

/** Whether none of the keys of a set fits. */
function isNoMatch(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_JWKS_NO_MATCHING_KEY';
}

/** @throws Error in a few words: those of the libraries that read a key set are many */
function finderIn(text: string): KeyFinder {
  try {
    return readKeySet(text);
  } catch (cause) {
    throw new Error('it answers with no key set', { cause });
  }
}
