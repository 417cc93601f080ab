/** Extends a sequence number of 16 bits: the number nearest to `near` that ends in it (RFC 3550 §A.1). */
export function unwrapped(sequence: number, near: number): number {
  const ahead = (sequence - near) & 0xffff;
  return near + (ahead < 0x8000 ? ahead : ahead - 0x10000);
}

/** True when `sequence` comes after `other`, both of 16 bits. */
export function isAfter(sequence: number, other: number): boolean {
  const ahead = (sequence - other) & 0xffff;
  return ahead !== 0 && ahead < 0x8000;
}
