import { headerSize } from './rtp-packet.js';

/** What a block of an earlier packet can say (RFC 2198 §3): ticks since then in 14 bits, bytes in 10. */
const longestAgo = 0x3fff;
const longestBlock = 0x3ff;
/** Bytes of the head of an earlier packet, and of the head of the packet itself. */
const headsSize = 4 + 1;

/** An earlier packet that came again with a later one. */
export interface RepeatedPayload {
  /** How many packets before. */
  readonly back: number;
  /** Ticks before. */
  readonly ago: number;
  readonly payload: Buffer;
}

/** A packet with copies of earlier ones (RED, RFC 2198). */
export interface Redundant {
  /** The oldest first. */
  readonly repeated: readonly RepeatedPayload[];
  /** Where the payload of the packet itself begins. */
  readonly start: number;
}

/** Undefined when it cannot be read, or has something else in it than this payload type. */
export function readRedundant(body: Buffer, payloadType: number): Redundant | undefined {
  const heads: { ago: number; length: number }[] = [];
  let at = headerSize;
  for (; ((body[at] ?? 0) & 0x80) !== 0; at += 4) {
    if (at + 5 > body.length || ((body[at] ?? 0) & 0x7f) !== payloadType) return undefined;
    const word = body.readUIntBE(at + 1, 3);
    heads.push({ ago: word >> 10, length: word & longestBlock });
  }
  if (body[at] !== payloadType) return undefined;
  let start = at + 1;
  const repeated = heads.map(({ ago, length }, index): RepeatedPayload => {
    const payload = body.subarray(start, start + length);
    start += length;
    return { back: heads.length - index, ago, payload };
  });
  return start < body.length ? { repeated, start } : undefined;
}

/**
 * The packet with the one before it in front of it, after room for a header.
 * @param ago ticks between the two
 */
export function withRepeated(
  body: Buffer,
  former: Buffer,
  ago: number,
  payloadType: number,
  room: number,
): Buffer | undefined {
  const length = former.length - headerSize;
  if (length <= 0 || length > longestBlock || ago <= 0 || ago > longestAgo) return undefined;
  const start = room + headsSize;
  const packet = Buffer.allocUnsafe(start + length + body.length - headerSize);
  packet[room] = 0x80 | payloadType;
  packet.writeUIntBE(ago * 0x400 + length, room + 1, 3);
  packet[room + 4] = payloadType;
  former.copy(packet, start, headerSize);
  body.copy(packet, start + length, headerSize);
  return packet;
}
