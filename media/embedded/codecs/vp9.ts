import { BitReader } from './bit-reader.js';
import { defineCodec } from './codec.js';
import type { Frame, FrameAssembler } from './frame.js';
import type { PictureNumbers } from './picture-numbers.js';
import { pictureAt } from './picture-numbers.js';

export const vp9 = defineCodec({
  name: 'VP9',
  kind: 'video',
  clockRate: 90_000,
  offer: { payloadType: 98, repairType: 99, parameters: 'profile-id=0' },
  matroska: { id: 'V_VP9', inWebm: true },
  // Profile 0 has 8 bits per sample, 4:2:0; decoders of others are rare. It is the default (RFC 9628 §6).
  accepts: (parameters) => !/(^|;\s*)profile-id=[1-9]/.test(parameters),
  startsKeyframe: (packet, offset) => {
    if (isPredicted(packet, offset) || !beginsFrame(packet, offset)) return false;
    return spatialLayer(packet, offset) === 0;
  },
  pictureNumbers,
  assembler: () => new Vp9Assembler(),
});

/** Of several spatial layers it takes the lowest, which needs no other: a file can hold one picture at a time. */
class Vp9Assembler implements FrameAssembler {
  #chunks: Buffer[] = [];
  #isKey = false;

  add(payload: Buffer): boolean {
    if (spatialLayer(payload, 0) > 0) return true;
    const begins = beginsFrame(payload, 0);
    const data = payload.subarray(payloadStart(payload));
    if (data.length === 0 || begins !== (this.#chunks.length === 0)) return false;
    if (begins) this.#isKey = !isPredicted(payload, 0);
    this.#chunks.push(data);
    return true;
  }

  finish(): Frame | undefined {
    const chunks = this.#chunks;
    this.reset();
    const [head] = chunks;
    if (!head) return undefined;
    if (!this.#isKey) return { chunks, isKey: false };
    const size = pictureSize(head);
    // Not predicted, but no keyframe: a decoder cannot begin with it.
    return size ? { chunks, isKey: true, ...size } : { chunks, isKey: false };
  }

  reset(): void {
    this.#chunks = [];
  }
}

/** P of the payload descriptor that begins at `descriptor` (RFC 9628 §4.2). */
function isPredicted(bytes: Buffer, descriptor: number): boolean {
  return ((bytes[descriptor] ?? 0) & 0x40) !== 0;
}

/** B of the descriptor. */
function beginsFrame(bytes: Buffer, descriptor: number): boolean {
  return ((bytes[descriptor] ?? 0) & 0x08) !== 0;
}

/** L of the descriptor. */
function hasLayers(bytes: Buffer, descriptor: number): boolean {
  return ((bytes[descriptor] ?? 0) & 0x20) !== 0;
}

function spatialLayer(bytes: Buffer, descriptor: number): number {
  return hasLayers(bytes, descriptor) ? ((bytes[afterPictureId(bytes, descriptor)] ?? 0) >> 1) & 0x07 : 0;
}

function afterPictureId(bytes: Buffer, descriptor: number): number {
  const at = descriptor + 1;
  if (((bytes[descriptor] ?? 0) & 0x80) === 0) return at;
  return at + ((bytes[at] ?? 0) & 0x80 ? 2 : 1);
}

/** RFC 9628 §4.2: in flexible mode (F) there is no number of the lowest layer. */
function pictureNumbers(bytes: Buffer, descriptor: number): PictureNumbers {
  const first = bytes[descriptor] ?? 0;
  const hasLayer = hasLayers(bytes, descriptor) && (first & 0x10) === 0;
  return {
    picture: first & 0x80 ? pictureAt(bytes, descriptor + 1) : undefined,
    layerAt: hasLayer ? afterPictureId(bytes, descriptor) + 1 : undefined,
  };
}

/** Where the descriptor ends. */
function payloadStart(payload: Buffer): number {
  const first = payload[0] ?? 0;
  const flexible = (first & 0x10) !== 0;
  let at = afterPictureId(payload, 0);
  if (hasLayers(payload, 0)) at += flexible ? 1 : 2;
  if (flexible && isPredicted(payload, 0)) {
    for (let left = 3; left > 0; left--) if (((payload[at++] ?? 0) & 1) === 0) break;
  }
  return first & 0x02 ? afterStructure(payload, at) : at;
}

/** Where the scalability structure that begins at `start` ends. */
function afterStructure(payload: Buffer, start: number): number {
  const head = payload[start] ?? 0;
  let at = start + 1;
  if (head & 0x10) at += ((head >> 5) + 1) * 4;
  if ((head & 0x08) === 0) return at;
  const pictures = payload[at++] ?? 0;
  for (let left = pictures; left > 0; left--) at += 1 + (((payload[at] ?? 0) >> 2) & 0x03);
  return at;
}

/** In pixels, from the uncompressed header of a keyframe (VP9 bitstream §6.2); undefined for other frames. */
function pictureSize(frame: Buffer): { width: number; height: number } | undefined {
  const reader = new BitReader(frame);
  if (reader.bits(2) !== 2) return undefined;
  const profile = reader.bits(1) + 2 * reader.bits(1);
  if (profile === 3) reader.bits(1);
  const shownAgain = reader.flag();
  if (shownAgain) return undefined;
  const predicted = reader.flag();
  reader.bits(2);
  if (predicted || reader.bits(24) !== 0x498342) return undefined;
  if (profile >= 2) reader.bits(1);
  const rgb = reader.bits(3) === 7;
  if (!rgb) reader.bits(1);
  if (profile % 2 === 1) reader.bits(rgb ? 1 : 3);
  return { width: reader.bits(16) + 1, height: reader.bits(16) + 1 };
}
