/** Ids of the Matroska elements that are written (RFC 9559 §5.1). */
export const ids = {
  ebml: 0x1a45dfa3,
  ebmlVersion: 0x4286,
  ebmlReadVersion: 0x42f7,
  ebmlMaxIdLength: 0x42f2,
  ebmlMaxSizeLength: 0x42f3,
  docType: 0x4282,
  docTypeVersion: 0x4287,
  docTypeReadVersion: 0x4285,
  void: 0xec,
  segment: 0x18538067,
  seekHead: 0x114d9b74,
  seek: 0x4dbb,
  seekId: 0x53ab,
  seekPosition: 0x53ac,
  info: 0x1549a966,
  timestampScale: 0x2ad7b1,
  muxingApp: 0x4d80,
  writingApp: 0x5741,
  duration: 0x4489,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  trackUid: 0x73c5,
  trackType: 0x83,
  flagLacing: 0x9c,
  codecId: 0x86,
  codecPrivate: 0x63a2,
  seekPreRoll: 0x56bb,
  video: 0xe0,
  pixelWidth: 0xb0,
  pixelHeight: 0xba,
  audio: 0xe1,
  samplingFrequency: 0xb5,
  channels: 0x9f,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  simpleBlock: 0xa3,
  cues: 0x1c53bb6b,
  cuePoint: 0xbb,
  cueTime: 0xb3,
  cueTrackPositions: 0xb7,
  cueTrack: 0xf7,
  cueClusterPosition: 0xf1,
} as const;

/** One element: id, size, content (RFC 8794 §3). */
export function element(id: number, ...content: readonly Buffer[]): Buffer {
  const size = content.reduce((sum, { length }) => sum + length, 0);
  return Buffer.concat([idBytes(id), sizeBytes(size), ...content]);
}

/** Id and size, for content that is written separately. */
export function elementHead(id: number, size: number): Buffer {
  return Buffer.concat([idBytes(id), sizeBytes(size)]);
}

/** A size in eight bytes, which can be overwritten later; undefined: the unknown size. */
export function longSize(size?: number): Buffer {
  const bytes = Buffer.alloc(8, 0xff);
  if (size !== undefined) bytes.writeBigUInt64BE(BigInt(size));
  bytes[0] = 0x01;
  return bytes;
}

export function unsigned(id: number, value: number): Buffer {
  let digits = value.toString(16);
  if (digits.length % 2 === 1) digits = `0${digits}`;
  return element(id, Buffer.from(digits, 'hex'));
}

/** Eight bytes for every value: the element always has the same length. */
export function float(id: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return element(id, bytes);
}

export function text(id: number, value: string): Buffer {
  return element(id, Buffer.from(value));
}

/** `content`, filled up to `size` bytes with a void element: room for elements that come later. */
export function padded(content: Buffer, size: number): Buffer {
  const left = size - content.length;
  if (left === 0) return content;
  if (left < 9) throw new RangeError('there is no room for the element that fills the rest');
  const head = Buffer.concat([idBytes(ids.void), longSize(left - 9)]);
  return Buffer.concat([content, head, Buffer.alloc(left - 9)]);
}

export function idBytes(id: number): Buffer {
  return Buffer.from(id.toString(16), 'hex');
}

/** The shortest form of a size. All ones would mean unknown. */
function sizeBytes(size: number): Buffer {
  let length = 1;
  while (size >= 2 ** (7 * length) - 1) length += 1;
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(size));
  const short = bytes.subarray(8 - length);
  short[0] = (short[0] ?? 0) | (0x80 >> (length - 1));
  return short;
}
