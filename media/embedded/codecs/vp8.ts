import type { PictureSize } from './codec.js';
import { defineCodec } from './codec.js';
import type { Frame, FrameAssembler } from './frame.js';
import type { PictureNumbers } from './picture-numbers.js';
import { noNumbers, pictureAt } from './picture-numbers.js';

export const vp8 = defineCodec({
  name: 'VP8',
  kind: 'video',
  clockRate: 90_000,
  offer: { payloadType: 96, repairType: 97, parameters: '' },
  matroska: { id: 'V_VP8', inWebm: true },
  startsKeyframe: (packet, offset) => {
    if (!beginsFrame(packet, offset)) return false;
    const start = payloadStart(packet, offset);
    return start < packet.length && isKeyHeader(packet[start] ?? 1);
  },
  keyframeSize,
  pictureNumbers,
  temporal: { layerOf: temporalLayer, mayBegin: isLayerSync },
  assembler: () => new Vp8Assembler(),
});

class Vp8Assembler implements FrameAssembler {
  #chunks: Buffer[] = [];

  add(payload: Buffer): boolean {
    const data = payload.subarray(payloadStart(payload, 0));
    if (data.length === 0 || beginsFrame(payload, 0) !== (this.#chunks.length === 0)) return false;
    this.#chunks.push(data);
    return true;
  }

  finish(): Frame | undefined {
    const chunks = this.#chunks;
    this.reset();
    const [head] = chunks;
    if (!head) return undefined;
    if (!isKeyHeader(head[0] ?? 1)) return { chunks, isKey: false };
    const size = sizeIn(head, 0);
    return size && { chunks, isKey: true, ...size };
  }

  reset(): void {
    this.#chunks = [];
  }
}

function keyframeSize(bytes: Buffer, descriptor: number): PictureSize | undefined {
  return sizeIn(bytes, payloadStart(bytes, descriptor));
}

/** Of the keyframe that begins there (RFC 6386 §9.1): after a start code, width and height, of 14 bits each. */
function sizeIn(bytes: Buffer, at: number): PictureSize | undefined {
  if (bytes.length < at + 10 || bytes.readUIntBE(at + 3, 3) !== 0x9d012a) return undefined;
  return { width: bytes.readUInt16LE(at + 6) & 0x3fff, height: bytes.readUInt16LE(at + 8) & 0x3fff };
}

/** True at the start of the first partition (RFC 7741 §4.2: S is 1, PID is 0). */
function beginsFrame(bytes: Buffer, descriptor: number): boolean {
  return ((bytes[descriptor] ?? 0) & 0x17) === 0x10;
}

/** Where the payload descriptor that begins at `descriptor` ends (RFC 7741 §4.2). */
function payloadStart(bytes: Buffer, descriptor: number): number {
  if (((bytes[descriptor] ?? 0) & 0x80) === 0) return descriptor + 1;
  const extension = bytes[descriptor + 1] ?? 0;
  let at = descriptor + 2;
  if (extension & 0x80) at += (bytes[at] ?? 0) & 0x80 ? 2 : 1;
  if (extension & 0x40) at += 1;
  if (extension & 0x30) at += 1;
  return at;
}

/** RFC 7741 §4.2. */
function pictureNumbers(bytes: Buffer, descriptor: number): PictureNumbers {
  if (((bytes[descriptor] ?? 0) & 0x80) === 0) return noNumbers;
  const extension = bytes[descriptor + 1] ?? 0;
  const picture = extension & 0x80 ? pictureAt(bytes, descriptor + 2) : undefined;
  const after = descriptor + 2 + (picture ? (picture.bits + 1) / 8 : 0);
  return { picture, layerAt: extension & 0x40 ? after : undefined };
}

/** TID (RFC 7741 §4.2). */
function temporalLayer(bytes: Buffer, descriptor: number): number {
  const at = temporalAt(bytes, descriptor);
  return at === -1 || at >= bytes.length ? -1 : (bytes[at] ?? 0) >> 6;
}

/** Y: the picture needs none but those of layer 0. */
function isLayerSync(bytes: Buffer, descriptor: number): boolean {
  const at = temporalAt(bytes, descriptor);
  return at !== -1 && ((bytes[at] ?? 0) & 0x20) !== 0;
}

/** Where TID, Y and KEYIDX are; -1: the descriptor has no TID. */
function temporalAt(bytes: Buffer, descriptor: number): number {
  if (((bytes[descriptor] ?? 0) & 0x80) === 0) return -1;
  const extension = bytes[descriptor + 1] ?? 0;
  if ((extension & 0x20) === 0) return -1;
  let at = descriptor + 2;
  if (extension & 0x80) at += (bytes[at] ?? 0) & 0x80 ? 2 : 1;
  return extension & 0x40 ? at + 1 : at;
}

/** RFC 7741 §4.3: the lowest bit of the payload header is zero in keyframes. */
function isKeyHeader(first: number): boolean {
  return (first & 0x01) === 0;
}
