/** Deeper values are refused, because functions that walk through them are recursive. */
const maxDepth = 64;

/**
 * Whether a value from socket.io is not nested too deeply. Such a value can hold bytes at any place.
 * @param bytes whether bytes are allowed in it
 */
export function isPlain(value: unknown, { bytes }: { readonly bytes: boolean }, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Buffer.isBuffer(value)) return bytes;
  if (depth >= maxDepth) return false;
  return Object.values(value).every((item) => isPlain(item, { bytes }, depth + 1));
}

/** The value of a JSON text; undefined for a text that is no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
