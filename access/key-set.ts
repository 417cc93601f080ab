import { readFileSync } from 'node:fs';
import type { FlattenedJWSInput, JSONWebKeySet, JWSHeaderParameters, createLocalJWKSet } from 'jose';
import { z } from 'zod';

type Find = ReturnType<typeof createLocalJWKSet>;

/** Finds the key that a token was signed with. jose throws for a token that none of the keys fits. */
export type KeyFinder = (header: JWSHeaderParameters, token: FlattenedJWSInput) => ReturnType<Find>;

/** Public keys from a file. */
export interface KeySet {
  readonly path: string;
  /** The content of the file, by which a change is noticed. */
  readonly text: string;
}

/** A JSON Web Key Set (RFC 7517 §5). What the keys hold is for jose. */
const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) });

/** @throws Error when the text is no key set */
export function readKeySet(text: string): KeyFinder {
  const keys: JSONWebKeySet = keySet.parse(JSON.parse(text));
  let find: Promise<Find> | undefined;
  return async (header, token) => {
    find ??= import('jose').then((jose) => jose.createLocalJWKSet(keys));
    return (await find)(header, token);
  };
}

/** @returns undefined for a file that cannot be read or holds no key set */
export function keySetFile(path: string): KeySet | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    readKeySet(text);
    return { path, text };
  } catch {
    return undefined;
  }
}
