/** Bytes from `start` up to and with `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

const single = /^bytes[\t ]*=[\t ,]*(?:(\d+)-(\d*)|-(\d+))[\t ,]*$/i;

/**
 * What a Range header asks for (RFC 9110 §14.1.2). Undefined: all of it. So are several ranges, other units, and what is malformed, as the
 * RFC allows. `none`: there are no such bytes.
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | 'none' | undefined {
  const match = single.exec(header ?? '');
  if (!match) return undefined;
  const [, first, last = '', suffix] = match;
  if (suffix !== undefined) {
    const length = Math.min(Number(suffix), size);
    return length === 0 ? 'none' : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? Infinity : Number(last);
  if (end < start) return undefined;
  return start >= size ? 'none' : { start, end: Math.min(end, size - 1) };
}
