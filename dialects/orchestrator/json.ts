/** Deeper values are refused: what walks through them does so by recursion. */
const maxDepth = 64;

/**
 * Whether a value that came over socket.io, where bytes may stand anywhere in it, is no deeper than may be.
 * @param bytes whether there may be bytes in it
 */
export function isPlain(value: unknown, { bytes }: { readonly bytes: boolean }, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Buffer.isBuffer(value)) return bytes;
  if (depth >= maxDepth) return false;
  return Object.values(value).every((item) => isPlain(item, { bytes }, depth + 1));
}

/** The value of a JSON text; undefined where it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
