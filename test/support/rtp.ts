import { headerSize } from '../../media/embedded/rtp/rtp-packet.js';

export interface RtpFields {
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp?: number;
  readonly ssrc: number;
  readonly marker?: boolean;
  readonly payload?: Buffer;
  /** Number in the transport, in a one-byte header extension with this id. */
  readonly transport?: { readonly id: number; readonly sequence: number };
  /** How loud it is, in dB below the loudest sound (RFC 6464), in an extension with this id. */
  readonly level?: { readonly id: number; readonly db: number };
  /** Header extensions have the two-byte form. Default: one byte. */
  readonly twoByteExtensions?: boolean;
  /** Text of one more such extension. */
  readonly layerName?: { readonly id: number; readonly text: string } | undefined;
  readonly paddingBytes?: number;
}

export function rtp(fields: RtpFields): Buffer {
  const { payload = Buffer.from([0x10, 0x01, 1, 2, 3]), paddingBytes = 0 } = fields;
  const header = Buffer.alloc(headerSize);
  const extension = extensionsOf(fields);
  header[0] = 0x80 | (extension.length > 0 ? 0x10 : 0) | (paddingBytes ? 0x20 : 0);
  header[1] = fields.payloadType | (fields.marker ? 0x80 : 0);
  header.writeUInt16BE(fields.sequence & 0xffff, 2);
  header.writeUInt32BE((fields.timestamp ?? fields.sequence * 3000) >>> 0, 4);
  header.writeUInt32BE(fields.ssrc, 8);
  const padding = Buffer.alloc(paddingBytes);
  if (paddingBytes > 0) padding[paddingBytes - 1] = paddingBytes;
  return Buffer.concat([header, extension, payload, padding]);
}

/** RFC 8285 §4. */
function extensionsOf({ transport, level, layerName, twoByteExtensions = false }: RtpFields): Buffer {
  const elements = [
    ...(transport ? [{ id: transport.id, data: [(transport.sequence >>> 8) & 0xff, transport.sequence & 0xff] }] : []),
    // The highest bit: the sender takes it for speech.
    ...(level ? [{ id: level.id, data: [0x80 | level.db] }] : []),
    ...(layerName ? [{ id: layerName.id, data: [...Buffer.from(layerName.text)] }] : []),
  ];
  if (elements.length === 0) return Buffer.alloc(0);
  const bytes = elements.flatMap(({ id, data }) =>
    twoByteExtensions ? [id, data.length, ...data] : [(id << 4) | (data.length - 1), ...data],
  );
  const words = Math.ceil(bytes.length / 4);
  const extensions = Buffer.alloc(4 + words * 4);
  extensions.writeUInt16BE(twoByteExtensions ? 0x1000 : 0xbede, 0);
  extensions.writeUInt16BE(words, 2);
  extensions.set(bytes, 4);
  return extensions;
}

export interface Stream {
  readonly payloadType: number;
  readonly ssrc: number;
}

/** 20 ms of Opus silence (RFC 7587 §4.2: 48 kHz). */
export function audioPacket(stream: Stream, sequence: number, level?: RtpFields['level']): Buffer {
  const payload = Buffer.from([0xf8, 0xff, 0xfe]);
  return rtp({ ...stream, sequence, timestamp: sequence * 960, marker: true, payload, ...(level && { level }) });
}

/** One VP8 key frame of 16 by 16 pixels at 50 frames/s: descriptor (RFC 7741 §4.2), frame header (RFC 6386 §9.1), no picture to speak of. */
export function videoPacket(stream: Stream, sequence: number): Buffer {
  const frame = [0x10, 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 16, 0, 16, 0];
  const payload = Buffer.concat([Buffer.from(frame), Buffer.alloc(32)]);
  return rtp({ ...stream, sequence, timestamp: sequence * 1800, marker: true, payload });
}

/** VP8 payloads: the first packet of a keyframe, of another frame (RFC 7741 §4). */
export const keyframe = Buffer.from([0x10, 0x00, 0x9d, 0x01, 0x2a]);
export const interframe = Buffer.from([0x10, 0x01, 7, 7, 7]);

export interface ReadRtp {
  readonly extension: boolean;
  /** What stands in the header extensions, by their ids. */
  readonly extensions: ReadonlyMap<number, Buffer>;
  readonly padding: boolean;
  readonly marker: boolean;
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: Buffer;
}

/** Reads a packet without contributing sources. */
export function readRtp(bytes: Buffer): ReadRtp {
  const extension = (bytes.readUInt8(0) & 0x10) !== 0;
  const start = headerSize + (extension ? 4 + bytes.readUInt16BE(headerSize + 2) * 4 : 0);
  return {
    extension,
    extensions: extension
      ? readExtensions(bytes.subarray(headerSize + 4, start), bytes.readUInt16BE(headerSize) === 0xbede)
      : new Map(),
    padding: (bytes.readUInt8(0) & 0x20) !== 0,
    marker: (bytes.readUInt8(1) & 0x80) !== 0,
    payloadType: bytes.readUInt8(1) & 0x7f,
    sequence: bytes.readUInt16BE(2),
    timestamp: bytes.readUInt32BE(4),
    ssrc: bytes.readUInt32BE(8),
    payload: bytes.subarray(start),
  };
}

/** RFC 8285 §4.2 and §4.3. */
function readExtensions(bytes: Buffer, isShort: boolean): Map<number, Buffer> {
  const extensions = new Map<number, Buffer>();
  for (let offset = 0; offset < bytes.length;) {
    const head = bytes.readUInt8(offset);
    offset += 1;
    if (head === 0) continue;
    const length = isShort ? (head & 0x0f) + 1 : bytes.readUInt8(offset);
    if (!isShort) offset += 1;
    extensions.set(isShort ? head >> 4 : head, bytes.subarray(offset, offset + length));
    offset += length;
  }
  return extensions;
}
