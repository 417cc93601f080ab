import type { Grants } from '../rooms/index.js';
import type { KeySet } from './key-set.js';

/** The options of access that tokens and modes need (docs/access.md). A running server changes them, so they are read when needed. */
export interface AccessSettings {
  /** What a client without a token gets, and whether a bad token is refused. */
  readonly auth: 'off' | 'optional' | 'required';
  /** Secrets by the names of their keys. */
  readonly keys: ReadonlyMap<string, string>;
  /** Where public keys are fetched. Empty: nowhere. */
  readonly jwksUrl: string;
  /** Public keys from a file. */
  readonly jwksFile: KeySet | undefined;
  /** The `iss` of tokens that are verified with public keys. */
  readonly jwtIssuers: readonly string[];
  /** One of these must be in `aud` of such a token. Empty: any. */
  readonly jwtAudience: readonly string[];
  /** How wrong the clock of the program that makes tokens may be, in s. */
  readonly tokenToleranceS: number;
  /** Of clients without a token, where a token is optional. */
  readonly guestGrants: Grants;
  /** Of clients that have shown the secret of their door. */
  readonly doorGrants: Grants;
}
