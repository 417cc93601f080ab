import type { Frame, FrameAssembler } from './frame.js';

/** RFC 7741 §4. */
export class Vp8Assembler implements FrameAssembler {
  #chunks: Buffer[] = [];

  add(payload: Buffer): boolean {
    const descriptor = payload[0] ?? 0;
    const begins = (descriptor & 0x17) === 0x10;
    const data = payload.subarray(descriptorLength(payload));
    if (data.length === 0 || begins !== (this.#chunks.length === 0)) return false;
    this.#chunks.push(data);
    return true;
  }

  finish(): Frame | undefined {
    const chunks = this.#chunks;
    this.reset();
    const [head] = chunks;
    if (!head) return undefined;
    if ((head[0] ?? 1) & 0x01) return { chunks, isKey: false };
    // RFC 6386 §9.1
    if (head.length < 10 || head.readUIntBE(3, 3) !== 0x9d012a) return undefined;
    return { chunks, isKey: true, width: head.readUInt16LE(6) & 0x3fff, height: head.readUInt16LE(8) & 0x3fff };
  }

  reset(): void {
    this.#chunks = [];
  }
}

function descriptorLength(payload: Buffer): number {
  if (((payload[0] ?? 0) & 0x80) === 0) return 1;
  const extension = payload[1] ?? 0;
  let at = 2;
  if (extension & 0x80) at += (payload[at] ?? 0) & 0x80 ? 2 : 1;
  if (extension & 0x40) at += 1;
  if (extension & 0x30) at += 1;
  return at;
}
