/** Bytes of an RTP header without contributing sources and extensions (RFC 3550 §5.1). */
export const headerSize = 12;

/**
 * A view of one received RTP packet. Endpoints keep one and parse each packet into it, so that the way of a packet through
 * the engine allocates nothing but the `body`.
 */
export class RtpPacket {
  payloadType = 0;
  marker = false;
  padding = false;
  sequence = 0;
  timestamp = 0;
  ssrc = 0;
  /** Number of the packet in the whole transport (transport-wide congestion control), or -1 when it carries none. */
  transportSequence = -1;
  /** Sequence number without its wrap; set by the stream the packet belongs to. */
  extended = 0;
  /** The payload with room for a plain header before it. The header is scratch: every receiver gets its own written there. */
  body: Buffer = Buffer.alloc(headerSize);

  /** False when the bytes are no RTP packet. `transportExtension` is the negotiated id of the extension, 0 for none. */
  parse(bytes: Buffer, transportExtension: number): boolean {
    if (bytes.length < headerSize) return false;
    const first = at(bytes, 0);
    if (first >> 6 !== 2) return false;
    const second = at(bytes, 1);
    let payload = headerSize + (first & 0x0f) * 4;
    this.transportSequence = -1;
    if (first & 0x10) {
      if (payload + 4 > bytes.length) return false;
      const end = payload + 4 + bytes.readUInt16BE(payload + 2) * 4;
      if (end > bytes.length) return false;
      if (transportExtension !== 0)
        this.transportSequence = findTransportSequence(bytes, payload, end, transportExtension);
      payload = end;
    }
    if (payload > bytes.length) return false;
    this.padding = (first & 0x20) !== 0;
    this.marker = (second & 0x80) !== 0;
    this.payloadType = second & 0x7f;
    this.sequence = bytes.readUInt16BE(2);
    this.timestamp = bytes.readUInt32BE(4);
    this.ssrc = bytes.readUInt32BE(8);
    this.body = payload === headerSize ? bytes : bytes.subarray(payload - headerSize);
    return true;
  }

  /**
   * Makes a packet that was sent again on a stream of its own the one it was (RFC 4588 §4): its payload begins with the
   * number it had. False when there is nothing but padding.
   */
  unwrap(payloadType: number, ssrc: number): boolean {
    if (this.payloadLength < 2 || this.isOnlyPadding) return false;
    this.sequence = this.body.readUInt16BE(headerSize);
    this.body = this.body.subarray(2);
    this.payloadType = payloadType;
    this.ssrc = ssrc;
    return true;
  }

  /** Bytes of payload, padding included. */
  get payloadLength(): number {
    return this.body.length - headerSize;
  }

  /** True when there is nothing but padding: such packets only probe the bandwidth. */
  get isOnlyPadding(): boolean {
    return this.padding && at(this.body, this.body.length - 1) >= this.payloadLength;
  }
}

/** Writes a plain header over the first twelve bytes. */
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

/** RFC 8285: one-byte and two-byte forms of header extensions. */
function findTransportSequence(bytes: Buffer, start: number, end: number, wanted: number): number {
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
    if (id === wanted) return length >= 2 && offset + 2 <= end ? bytes.readUInt16BE(offset) : -1;
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
