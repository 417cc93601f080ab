/** Ids of the Matroska elements that are written or read (RFC 9559 §5.1). */
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
  blockGroup: 0xa0,
  block: 0xa1,
  referenceBlock: 0xfb,
  cues: 0x1c53bb6b,
  cuePoint: 0xbb,
  cueTime: 0xb3,
  cueTrackPositions: 0xb7,
  cueTrack: 0xf7,
  cueClusterPosition: 0xf1,
  tags: 0x1254c367,
  chapters: 0x1043a770,
  attachments: 0x1941a469,
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

export interface ElementHead {
  readonly id: number;
  /** Of the content. Undefined: it is not known, and the element goes on to where one begins that cannot be in it. */
  readonly size: number | undefined;
  /** Of id and size together. */
  readonly length: number;
}

/** Of an element that begins with these bytes. Undefined when it is none, or not all of the head is there. */
export function readHead(bytes: Buffer): ElementHead | undefined {
  const idLength = Math.clz32(bytes[0] ?? 0) - 23;
  if (idLength > 4 || bytes.length <= idLength) return undefined;
  const first = bytes[idLength] ?? 0;
  const sizeLength = Math.clz32(first) - 23;
  const length = idLength + sizeLength;
  if (sizeLength > 8 || bytes.length < length) return undefined;
  const wide = Buffer.alloc(8);
  bytes.copy(wide, 8 - sizeLength, idLength, length);
  wide[8 - sizeLength] = first & (0xff >> sizeLength);
  const size = wide.readBigUInt64BE();
  const isUnknown = size === 2n ** BigInt(7 * sizeLength) - 1n;
  if (!isUnknown && size > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  return { id: bytes.readUIntBE(0, idLength), size: isUnknown ? undefined : Number(size), length };
}

/** The longest head that there is. */
export const longestHead = 12;

export interface Child {
  readonly id: number;
  /** Where it and its content begin in the content of its parent. */
  readonly at: number;
  readonly contentAt: number;
  readonly content: Buffer;
}

/** The children of an element, from its content. Ends before one that is not whole. */
export function* childrenOf(content: Buffer): Generator<Child> {
  for (let at = 0; at < content.length;) {
    const head = readHead(content.subarray(at));
    if (head?.size === undefined) return;
    const contentAt = at + head.length;
    const end = contentAt + head.size;
    if (end > content.length) return;
    yield { id: head.id, at, contentAt, content: content.subarray(contentAt, end) };
    at = end;
  }
}

/** @param content up to six bytes */
export function readUnsigned(content: Buffer): number {
  return content.length === 0 || content.length > 6 ? 0 : content.readUIntBE(0, content.length);
}

export function readFloat(content: Buffer): number | undefined {
  if (content.length === 4) return content.readFloatBE();
  return content.length === 8 ? content.readDoubleBE() : undefined;
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
