import { BitReader } from './bit-reader.js';

/** What a file tells of an AV1 stream. */
export interface Av1Sequence {
  /** In pixels. A picture may be smaller. */
  readonly width: number;
  readonly height: number;
  /** The first four bytes of AV1CodecConfigurationRecord (AV1 in ISOBMFF §2.3). */
  readonly configuration: Buffer;
}

/** Reads the content of a sequence header (AV1 §5.5). */
export function readSequence(content: Buffer): Av1Sequence {
  const reader = new BitReader(content);
  const profile = reader.bits(3);
  reader.bits(1);
  const isStill = reader.flag();
  const { level, tier } = isStill ? { level: reader.bits(5), tier: 0 } : operatingPoints(reader);
  const [widthBits, heightBits] = [reader.bits(4) + 1, reader.bits(4) + 1];
  const [width, height] = [reader.bits(widthBits) + 1, reader.bits(heightBits) + 1];
  if (!isStill && reader.flag()) reader.bits(7);
  reader.bits(3);
  if (!isStill) skipTools(reader);
  reader.bits(3);
  const colours = colourBits(reader, profile);
  return { width, height, configuration: Buffer.from([0x81, (profile << 5) | level, (tier << 7) | colours, 0]) };
}

/** @returns level and tier of the first one, which is the whole stream */
function operatingPoints(reader: BitReader): { level: number; tier: number } {
  const delayBits = reader.flag() ? skipTiming(reader) : 0;
  const tellsDelays = reader.flag();
  const all = Array.from({ length: reader.bits(5) + 1 }, () => {
    reader.bits(12);
    const level = reader.bits(5);
    const tier = level > 7 ? reader.bits(1) : 0;
    if (delayBits > 0 && reader.flag()) {
      reader.bits(delayBits);
      reader.bits(delayBits);
      reader.bits(1);
    }
    if (tellsDelays && reader.flag()) reader.bits(4);
    return { level, tier };
  });
  return all[0] ?? { level: 0, tier: 0 };
}

/** @returns how many bits the delays of a decoder have; 0: they are not told */
function skipTiming(reader: BitReader): number {
  reader.bits(32);
  reader.bits(32);
  if (reader.flag()) reader.golomb();
  if (!reader.flag()) return 0;
  const delayBits = reader.bits(5) + 1;
  reader.bits(32);
  reader.bits(10);
  return delayBits;
}

function skipTools(reader: BitReader): void {
  reader.bits(4);
  const ordersFrames = reader.flag();
  if (ordersFrames) reader.bits(2);
  const forScreens = reader.flag() || reader.flag();
  if (forScreens && !reader.flag()) reader.bits(1);
  if (ordersFrames) reader.bits(3);
}

/** The lower seven bits of the third byte of the configuration, from `color_config` (AV1 §5.5.2). */
function colourBits(reader: BitReader, profile: number): number {
  const isDeep = reader.flag();
  const isDeepest = profile === 2 && isDeep && reader.flag();
  const isGrey = profile !== 1 && reader.flag();
  const [primaries, transfer, matrix] = reader.flag()
    ? [reader.bits(8), reader.bits(8), reader.bits(8)]
    : [unspecified, unspecified, unspecified];
  const depth = (Number(isDeep) << 6) | (Number(isDeepest) << 5);
  if (isGrey) return depth | 0x1c;
  // sRGB has all its colours in full.
  if (primaries === 1 && transfer === 13 && matrix === 0) return depth;
  reader.bits(1);
  const [across, down] = subsampling(reader, profile, isDeepest);
  return depth | (across << 3) | (down << 2) | (across && down ? reader.bits(2) : 0);
}

const unspecified = 2;

function subsampling(reader: BitReader, profile: number, isDeepest: boolean): [across: number, down: number] {
  if (profile === 0) return [1, 1];
  if (profile === 1) return [0, 0];
  if (!isDeepest) return [1, 0];
  const across = reader.bits(1);
  return [across, across && reader.bits(1)];
}
