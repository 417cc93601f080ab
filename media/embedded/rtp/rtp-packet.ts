/** Bytes of a plain RTP header: no contributing sources, no extensions (RFC 3550 §5.1). */
export const headerSize = 12;
/** Bytes of a header with one extension of four bytes, which has the number of the packet in its transport (RFC 8285). */
export const numberedHeaderSize = headerSize + 8;
const extraRoom = numberedHeaderSize - headerSize;
/** Ids above this one take the form with two bytes (RFC 8285 §4.3). */
const largestShortId = 14;

/**
 * A view of one received RTP packet. An endpoint has one and parses each packet into it: nothing is allocated for a
 * packet but its `body`.
 */
export class RtpPacket {
  payloadType = 0;
  marker = false;
  padding = false;
  sequence = 0;
  timestamp = 0;
  ssrc = 0;
  /** Number of the packet in its transport (transport-wide congestion control); -1: it has none. */
  transportSequence = -1;
  /** Of the picture, in memory of its own; undefined: it has none, or none was agreed. */
  descriptor: Buffer | undefined;
  /** The bytes as they came, and where the header extensions are in them. */
  #bytes: Buffer = Buffer.alloc(0);
  #extensions = 0;
  #extensionsEnd = 0;
  /** The extended sequence number, which grows beyond 16 bits. Set by the stream of the packet. */
  extended = 0;
  /** The payload after room for a plain header. The header of each receiver is written there, one after another. */
  body: Buffer = Buffer.alloc(headerSize);
  /** The body that has room for a numbered header before it, and the view of both; undefined before it is asked for. */
  #roomy: Buffer | undefined;
  #numbered: Buffer | undefined;

  /** The body behind room for a numbered header: the same memory, in one view for all receivers, or else a copy. */
  get numbered(): Buffer {
    if (this.body !== this.#roomy) return Buffer.concat([Buffer.alloc(extraRoom), this.body]);
    return (this.#numbered ??= viewWithRoom(this.body));
  }

  /** False when the bytes are no RTP packet. `transportExtension`: the negotiated id of the extension; 0: none. */
  parse(bytes: Buffer, transportExtension: number): boolean {
    if (bytes.length < headerSize) return false;
    const first = at(bytes, 0);
    if (first >> 6 !== 2) return false;
    const second = at(bytes, 1);
    let payload = headerSize + (first & 0x0f) * 4;
    this.transportSequence = -1;
    this.descriptor = undefined;
    this.#extensionsEnd = 0;
    if (first & 0x10) {
      if (payload + 4 > bytes.length) return false;
      const end = payload + 4 + bytes.readUInt16BE(payload + 2) * 4;
      if (end > bytes.length) return false;
      if (transportExtension !== 0)
        this.transportSequence = findTransportSequence(bytes, payload, end, transportExtension);
      this.#bytes = bytes;
      this.#extensions = payload;
      this.#extensionsEnd = end;
      payload = end;
    }
    if (payload > bytes.length) return false;
    this.padding = (first & 0x20) !== 0;
    this.marker = (second & 0x80) !== 0;
    this.payloadType = second & 0x7f;
    this.sequence = bytes.readUInt16BE(2);
    this.timestamp = bytes.readUInt32BE(4);
    this.ssrc = bytes.readUInt32BE(8);
    this.#setBody(withRoom(bytes, payload));
    return true;
  }

  /** The text of the header extension with that id; undefined: it is not there. To be asked before a header is written. */
  text(extension: number): string | undefined {
    if (this.#extensionsEnd === 0 || extension === 0) return undefined;
    const [bytes, start] = [this.#bytes, this.#extensions];
    const at = findExtension(bytes, start, this.#extensionsEnd, extension);
    return at === -1 ? undefined : bytes.toString('latin1', at, at + lengthOf(bytes, start, at));
  }

  /** Keeps the header extension with that id as the descriptor. To be asked before a header is written. */
  keepDescriptor(extension: number): void {
    if (this.#extensionsEnd === 0) return;
    const [bytes, start] = [this.#bytes, this.#extensions];
    const at = findExtension(bytes, start, this.#extensionsEnd, extension);
    if (at !== -1) this.descriptor = Buffer.from(bytes.subarray(at, at + lengthOf(bytes, start, at)));
  }

  /**
   * Turns a retransmission into the packet it was (RFC 4588 §4): its payload begins with the former number.
   * False when there is nothing but padding.
   */
  unwrap(payloadType: number, ssrc: number): boolean {
    if (this.payloadLength < 2 || this.isOnlyPadding) return false;
    this.sequence = this.body.readUInt16BE(headerSize);
    this.#setBody(this.body.subarray(2));
    this.payloadType = payloadType;
    this.ssrc = ssrc;
    return true;
  }

  /** `body`: with room for a numbered header before it. */
  #setBody(body: Buffer): void {
    this.body = this.#roomy = body;
    this.#numbered = undefined;
  }

  /** Bytes of payload, padding included. */
  get payloadLength(): number {
    return this.body.length - headerSize;
  }

  /** True when there is a payload that is no padding. */
  get carriesMedia(): boolean {
    return this.body.length > headerSize && !this.isOnlyPadding;
  }

  /** True when there is nothing but padding. Senders probe the bandwidth with such packets. */
  get isOnlyPadding(): boolean {
    return this.padding && at(this.body, this.body.length - 1) >= this.payloadLength;
  }

  /** The first byte of the header extension with that id; -1: it is not there. To be asked before a header is written. */
  firstByte(extension: number): number {
    if (this.#extensionsEnd === 0 || extension === 0) return -1;
    const data = findExtension(this.#bytes, this.#extensions, this.#extensionsEnd, extension);
    return data === -1 || lengthOf(this.#bytes, this.#extensions, data) === 0 ? -1 : at(this.#bytes, data);
  }
}

/** Writes a plain header over the first twelve bytes. `sequence`: its lowest 16 bits are written. */
export function writeHeader(
  body: Buffer,
  padding: boolean,
  marker: boolean,
  payloadType: number,
  sequence: number,
  timestamp: number,
  ssrc: number,
): void {
  body[0] = padding ? 0xa0 : 0x80;
  body[1] = marker ? payloadType | 0x80 : payloadType;
  body[2] = (sequence >>> 8) & 0xff;
  body[3] = sequence & 0xff;
  writeWord(body, 4, timestamp);
  writeWord(body, 8, ssrc);
}

/** The same in the first twenty bytes. `extension`: id of the extension; `number`: its lowest 16 bits are written. */
export function writeNumberedHeader(
  numbered: Buffer,
  padding: boolean,
  marker: boolean,
  payloadType: number,
  sequence: number,
  timestamp: number,
  ssrc: number,
  extension: number,
  number: number,
): void {
  writeHeader(numbered, padding, marker, payloadType, sequence, timestamp, ssrc);
  numbered[0] = padding ? 0xb0 : 0x90;
  const [high, low] = [(number >>> 8) & 0xff, number & 0xff];
  if (extension <= largestShortId) {
    writeWord(numbered, headerSize, 0xbede_0001);
    writeWord(numbered, headerSize + 4, (extension << 28) | 0x0100_0000 | (high << 16) | (low << 8));
  } else {
    writeWord(numbered, headerSize, 0x1000_0001);
    writeWord(numbered, headerSize + 4, (extension << 24) | 0x0002_0000 | (high << 8) | low);
  }
}

export interface HeaderExtension {
  readonly id: number;
  readonly data: Buffer;
}

/** Room for a plain header, and extensions behind it, in the one form that fits them all (RFC 8285 §4). */
export function roomWith(extensions: readonly HeaderExtension[]): Buffer {
  const isShort = extensions.every(({ id, data }) => id <= largestShortId && data.length > 0 && data.length <= 16);
  const parts = extensions.flatMap(({ id, data: { length }, data }) => [
    Buffer.from(isShort ? [(id << 4) | (length - 1)] : [id, length]),
    data,
  ]);
  const bytes = Buffer.concat(parts);
  const words = Math.ceil(bytes.length / 4);
  const room = Buffer.alloc(headerSize + 4 + words * 4);
  room.writeUInt16BE(isShort ? 0xbede : 0x1000, headerSize);
  room.writeUInt16BE(words, headerSize + 2);
  bytes.copy(room, headerSize + 4);
  return room;
}

/** Says in a header that extensions follow it. */
export function markExtended(header: Buffer): void {
  header[0] = at(header, 0) | 0x10;
}

function viewWithRoom({ buffer, byteOffset, length }: Buffer): Buffer {
  return Buffer.from(buffer, byteOffset - extraRoom, length + extraRoom);
}

/** The payload after room for a plain header, which is in the same memory behind room for a numbered one. */
function withRoom(bytes: Buffer, payload: number): Buffer {
  if (payload >= numberedHeaderSize) return bytes.subarray(payload - headerSize);
  // Browsers send an extension with each packet; others do not.
  const copy = Buffer.allocUnsafe(numberedHeaderSize + bytes.length - payload);
  bytes.copy(copy, numberedHeaderSize, payload);
  return copy.subarray(extraRoom);
}

function findTransportSequence(bytes: Buffer, start: number, end: number, wanted: number): number {
  const at = findExtension(bytes, start, end, wanted);
  return at !== -1 && lengthOf(bytes, start, at) >= 2 ? bytes.readUInt16BE(at) : -1;
}

/** Bytes of the header extension whose data begin at `data`. `start`: of all. */
function lengthOf(bytes: Buffer, start: number, data: number): number {
  const before = at(bytes, data - 1);
  return bytes.readUInt16BE(start) === 0xbede ? (before & 0x0f) + 1 : before;
}

/**
 * Where the data of the wanted header extension begin, which are whole. Reads one- and two-byte forms (RFC 8285); -1: it is not there.
 */
function findExtension(bytes: Buffer, start: number, end: number, wanted: number): number {
  const profile = bytes.readUInt16BE(start);
  const oneByte = profile === 0xbede;
  if (!oneByte && (profile & 0xfff0) !== 0x1000) return -1;
  let offset = start + 4;
  while (offset + 1 < end) {
    const head = at(bytes, offset);
    if (head === 0) {
      offset += 1;
      continue;
    }
    const id = oneByte ? head >> 4 : head;
    const length = oneByte ? (head & 0x0f) + 1 : at(bytes, offset + 1);
    if (oneByte && id === 15) return -1;
    offset += oneByte ? 1 : 2;
    if (id === wanted) return offset + length <= end ? offset : -1;
    offset += length;
  }
  return -1;
}

function writeWord(body: Buffer, offset: number, value: number): void {
  body[offset] = value >>> 24;
  body[offset + 1] = (value >>> 16) & 0xff;
  body[offset + 2] = (value >>> 8) & 0xff;
  body[offset + 3] = value & 0xff;
}

function at(bytes: Buffer, offset: number): number {
  return bytes[offset] ?? 0;
}
