import { referenceTick, tick } from './transport-feedback.js';

/** Packets that one message may be about; a longer one is ignored. Nobody remembers more of what was sent. */
const most = 2048;
/** Bytes before the first chunk of statuses. */
const headBytes = 20;

/** When the packets of a transport have come, as the receiver says. */
export interface Arrivals {
  /** Number of the first packet in its transport, of 16 bits. */
  readonly base: number;
  /** Of each packet from `base` on, in ms of the receiver's clock; NaN: it has not come. */
  readonly times: Float64Array;
}

/**
 * Reads a message of transport feedback, the header of RTCP included
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1). Undefined when it says more or less than it has bytes for.
 */
export function readArrivals(bytes: Buffer): Arrivals | undefined {
  if (bytes.length < headBytes) return undefined;
  const count = bytes.readUInt16BE(14);
  if (count === 0 || count > most) return undefined;
  const statuses = new Uint8Array(count);
  let offset = readChunks(bytes, statuses);
  if (offset === undefined) return undefined;
  const times = new Float64Array(count).fill(Number.NaN);
  let clock = bytes.readUIntBE(16, 3) * referenceTick;
  for (let index = 0; index < count; index++) {
    const size = statuses[index] ?? 0;
    if (size === 0) continue;
    // A status of 3 is reserved.
    if (size === 3 || offset + size > bytes.length) return undefined;
    clock += (size === 1 ? bytes.readUInt8(offset) : bytes.readInt16BE(offset)) * tick;
    offset += size;
    times[index] = clock;
  }
  return { base: bytes.readUInt16BE(12), times };
}

/** @returns where the deltas begin; undefined when chunks are missing */
function readChunks(bytes: Buffer, statuses: Uint8Array): number | undefined {
  let offset = headBytes;
  for (let at = 0; at < statuses.length; offset += 2) {
    if (offset + 2 > bytes.length) return undefined;
    const chunk = bytes.readUInt16BE(offset);
    if ((chunk & 0x8000) === 0) {
      const end = at + (chunk & 0x1fff);
      // What stands beyond the end of a typed array is not written.
      statuses.fill((chunk >> 13) & 3, at, end);
      // A run of nothing would never end the message.
      if (end === at) return undefined;
      at = end;
      continue;
    }
    const bits = chunk & 0x4000 ? 2 : 1;
    for (let shift = 14 - bits; shift >= 0; shift -= bits) statuses[at++] = (chunk >> shift) & ((1 << bits) - 1);
  }
  return offset;
}
