/** Reads a number of AV1 in groups of seven bits, the lowest first (AV1 §4.10.5); undefined when it does not end. */
export function readLeb128(bytes: Buffer, start: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let place = 0; place < 8; place++) {
    const byte = bytes[start + place];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * place);
    if ((byte & 0x80) === 0) return { value, end: start + place + 1 };
  }
  return undefined;
}

export function writeLeb128(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...writeLeb128(Math.floor(value / 0x80))];
}
