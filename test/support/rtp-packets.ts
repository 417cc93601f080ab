export interface Stream {
  readonly payloadType: number;
  readonly ssrc: number;
}

/** 20 ms of Opus silence (RFC 7587 §4.2: 48 kHz). */
export function audioPacket(stream: Stream, sequence: number): Buffer {
  return packet(stream, sequence, sequence * 960, Buffer.from([0xf8, 0xff, 0xfe]));
}

/** One VP8 key frame of 16 by 16 pixels at 50 frames/s: descriptor (RFC 7741 §4.2), frame header (RFC 6386 §9.1), no picture to speak of. */
export function videoPacket(stream: Stream, sequence: number): Buffer {
  const frame = [0x10, 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 16, 0, 16, 0];
  return packet(stream, sequence, sequence * 1800, Buffer.from([...frame, ...new Array<number>(32).fill(0)]));
}

/** RFC 5761 §4: RTCP has 192 to 223 in its second byte. */
export function isRtp(packet: Buffer): boolean {
  const second = packet[1] ?? 0;
  return packet.length >= 12 && (second < 192 || second > 223);
}

function packet({ payloadType, ssrc }: Stream, sequence: number, timestamp: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(12);
  header[0] = 0x80;
  header[1] = 0x80 | payloadType;
  header.writeUInt16BE(sequence & 0xffff, 2);
  header.writeUInt32BE(timestamp >>> 0, 4);
  header.writeUInt32BE(ssrc, 8);
  return Buffer.concat([header, payload]);
}
