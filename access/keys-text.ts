/** The shortest secret that is not guessed, in characters. */
export const minSecretLength = 32;

/**
 * Keys as operators write them: `name: secret`, separated by commas or lines.
 * @returns undefined for a text that is none, or names a key twice
 */
export function readKeys(text: string): ReadonlyMap<string, string> | undefined {
  const pairs = text
    .split(/[,\n]/)
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')
    .map((pair) => /^([^:\s]+)\s*:\s*(\S+)$/.exec(pair));
  const keys = new Map(pairs.map((found) => [found?.[1] ?? '', found?.[2] ?? '']));
  return keys.has('') || keys.size < pairs.length ? undefined : keys;
}
