import { BitReader } from './bit-reader.js';
import type { PictureSize } from './codec.js';
import { defineCodec } from './codec.js';
import type { Frame, FrameAssembler } from './frame.js';
import { profileDistance } from './h264-profile.js';

const common = {
  name: 'H264',
  kind: 'video',
  clockRate: 90_000,
  matroska: { id: 'V_MPEG4/ISO/AVC', inWebm: false },
  // Every receiver of H.264 understands the constrained baseline profile.
  prefers: (parameters: string) => /profile-level-id=42e0/i.test(parameters),
  distance: profileDistance,
  startsKeyframe,
  keyframeSize,
  assembler: () => new H264Assembler(),
} as const;

/** RFC 6184 §6.3: fragments and aggregates, without interleaving. Browsers send in this mode. */
export const h264 = defineCodec({
  ...common,
  offer: {
    payloadType: 102,
    repairType: 103,
    parameters: 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  },
  accepts: (parameters) => modeOf(parameters) === '1',
});

/** RFC 6184 §6.2: one unit in each packet. It is what a sender means that names no mode. */
export const h264Single = defineCodec({
  ...common,
  offer: {
    payloadType: 104,
    repairType: 105,
    parameters: 'level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f',
  },
  accepts: (parameters) => modeOf(parameters) === '0',
  carriedBy: h264,
});

function modeOf(parameters: string): string {
  return /(?:^|;\s*)packetization-mode\s*=\s*(\w+)/i.exec(parameters)?.[1] ?? '0';
}

const unitTypes = { keyPicture: 5, sequenceParameters: 7, pictureParameters: 8, aggregate: 24, fragment: 28 };

/** Bytes of a parameter set. Real ones have a few dozen; the header of a file has no room for more. */
const longestParameters = 1000;

/** Makes units from packets (RFC 6184). Each has its length before it, as Matroska requires. */
class H264Assembler implements FrameAssembler {
  #units: Buffer[][] = [];
  #isInFragment = false;
  #sequence: Buffer | undefined;
  #picture: Buffer | undefined;

  add(payload: Buffer): boolean {
    const type = (payload[0] ?? 0) & 0x1f;
    if (type === unitTypes.fragment) return this.#addFragment(payload);
    if (this.#isInFragment) return false;
    if (type === unitTypes.aggregate) return this.#addAggregate(payload);
    if (type === 0 || type > 23) return false;
    this.#units.push([payload]);
    return true;
  }

  finish(): Frame | undefined {
    const units = this.#units;
    const isWhole = !this.#isInFragment && units.length > 0;
    this.reset();
    if (!isWhole) return undefined;
    for (const [head] of units) this.#remember(head);
    const chunks = units.flatMap((parts) => [lengthOf(parts), ...parts]);
    const isKey = units.some(([head]) => unitType(head) === unitTypes.keyPicture);
    if (!isKey) return { chunks, isKey };
    // Without its parameters a picture cannot be decoded.
    if (!this.#sequence || !this.#picture) return undefined;
    return {
      chunks,
      isKey,
      ...pictureSize(this.#sequence),
      codecPrivate: decoderConfiguration(this.#sequence, this.#picture),
    };
  }

  reset(): void {
    this.#units = [];
    this.#isInFragment = false;
  }

  /** Several units in one payload (RFC 6184 §5.7.1). */
  #addAggregate(payload: Buffer): boolean {
    let at = 1;
    while (at + 2 <= payload.length) {
      const end = at + 2 + payload.readUInt16BE(at);
      if (end > payload.length || end === at + 2) return false;
      this.#units.push([payload.subarray(at + 2, end)]);
      at = end;
    }
    return at === payload.length && at > 1;
  }

  /** One unit in several payloads (RFC 6184 §5.8). */
  #addFragment(payload: Buffer): boolean {
    const [indicator, header] = payload;
    if (indicator === undefined || header === undefined) return false;
    const begins = (header & 0x80) !== 0;
    if (begins === this.#isInFragment) return false;
    if (begins) this.#units.push([Buffer.from([(indicator & 0xe0) | (header & 0x1f)])]);
    this.#units.at(-1)?.push(payload.subarray(2));
    this.#isInFragment = (header & 0x40) === 0;
    return true;
  }

  #remember(unit: Buffer | undefined): void {
    if (!unit || unit.length < 4 || unit.length > longestParameters) return;
    // Copied, since they are kept much longer than the packet.
    if (unitType(unit) === unitTypes.sequenceParameters) this.#sequence = Buffer.from(unit);
    if (unitType(unit) === unitTypes.pictureParameters) this.#picture = Buffer.from(unit);
  }
}

/**
 * True when the payload contains a sequence parameter set or the start of an IDR picture: alone, aggregated or
 * fragmented (RFC 6184 §5.2).
 */
function startsKeyframe(packet: Buffer, offset: number): boolean {
  const type = (packet[offset] ?? 0) & 0x1f;
  if (type === unitTypes.fragment) {
    const fragment = packet[offset + 1] ?? 0;
    return (fragment & 0x80) !== 0 && beginsKeyPicture(fragment & 0x1f);
  }
  if (type !== unitTypes.aggregate) return beginsKeyPicture(type);
  for (let at = offset + 1; at + 2 < packet.length; at += 2 + packet.readUInt16BE(at)) {
    if (beginsKeyPicture((packet[at + 2] ?? 0) & 0x1f)) return true;
  }
  return false;
}

/** Of a parameter set that is alone or aggregated: senders do not split such small units. */
function keyframeSize(packet: Buffer, offset: number): PictureSize | undefined {
  const isAggregate = unitType(packet.subarray(offset)) === unitTypes.aggregate;
  let at = isAggregate ? offset + 1 : offset;
  while (at < packet.length) {
    const start = isAggregate ? at + 2 : at;
    const end = isAggregate && start <= packet.length ? start + packet.readUInt16BE(at) : packet.length;
    const unit = packet.subarray(start, end);
    if (unitType(unit) === unitTypes.sequenceParameters && unit.length >= 4) return pictureSize(unit);
    at = end;
  }
  return undefined;
}

function beginsKeyPicture(type: number): boolean {
  return type === unitTypes.keyPicture || type === unitTypes.sequenceParameters;
}

function unitType(unit: Buffer | undefined): number {
  return (unit?.[0] ?? 0) & 0x1f;
}

function lengthOf(parts: readonly Buffer[]): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(parts.reduce((sum, { length }) => sum + length, 0));
  return bytes;
}

/** AVCDecoderConfigurationRecord (ISO/IEC 14496-15 §5.3.3): lengths of four bytes, 8 bits per sample, 4:2:0. */
function decoderConfiguration(sequence: Buffer, picture: Buffer): Buffer {
  const [, profile = 0, compatibility = 0, level = 0] = sequence;
  return Buffer.concat([
    Buffer.from([1, profile, compatibility, level, 0xff, 0xe1, sequence.length >> 8, sequence.length & 0xff]),
    sequence,
    Buffer.from([1, picture.length >> 8, picture.length & 0xff]),
    picture,
    Buffer.from(hasChroma(profile) ? [0xfd, 0xf8, 0xf8, 0] : []),
  ]);
}

function hasChroma(profile: number): boolean {
  return [100, 110, 122, 144].includes(profile);
}

/** In pixels, from the sequence parameter set (H.264 §7.3.2.1.1). */
function pictureSize(sequence: Buffer): PictureSize {
  const reader = new BitReader(withoutEmulation(sequence.subarray(4)));
  const profile = sequence[1] ?? 0;
  reader.golomb();
  const chroma = hasChroma(profile) ? skipChroma(reader) : 1;
  reader.golomb();
  const orderType = reader.golomb();
  if (orderType === 0) reader.golomb();
  if (orderType === 1) skipOrder(reader);
  reader.golomb();
  reader.bits(1);
  const columns = reader.golomb() + 1;
  const rows = reader.golomb() + 1;
  const inFrames = reader.flag();
  if (!inFrames) reader.bits(1);
  reader.bits(1);
  const [left, right, top, bottom] = reader.flag()
    ? [reader.golomb(), reader.golomb(), reader.golomb(), reader.golomb()]
    : [0, 0, 0, 0];
  const across = chroma === 1 || chroma === 2 ? 2 : 1;
  const down = (chroma === 1 ? 2 : 1) * (inFrames ? 1 : 2);
  return {
    width: columns * 16 - (left + right) * across,
    height: rows * 16 * (inFrames ? 1 : 2) - (top + bottom) * down,
  };
}

function skipChroma(reader: BitReader): number {
  const chroma = reader.golomb();
  if (chroma === 3) reader.bits(1);
  reader.golomb();
  reader.golomb();
  reader.bits(1);
  if (!reader.flag()) return chroma;
  for (let list = 0; list < (chroma === 3 ? 12 : 8); list++) if (reader.flag()) skipScaling(reader, list < 6 ? 16 : 64);
  return chroma;
}

function skipScaling(reader: BitReader, size: number): void {
  let last = 8;
  let next = 8;
  for (let index = 0; index < size; index++) {
    if (next !== 0) next = (last + reader.signedGolomb() + 256) % 256;
    if (next !== 0) last = next;
  }
}

function skipOrder(reader: BitReader): void {
  reader.bits(1);
  reader.golomb();
  reader.golomb();
  for (let left = Math.min(255, reader.golomb()); left > 0; left--) reader.golomb();
}

/** A 3 after two zeros is no part of the data (H.264 §7.4.1). */
function withoutEmulation(bytes: Buffer): Buffer {
  return Buffer.from(
    bytes.filter((byte, at) => !(byte === 3 && at >= 2 && bytes[at - 1] === 0 && bytes[at - 2] === 0)),
  );
}
