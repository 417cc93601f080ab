import { streams } from './synthetic-connection.js';

/**
 * Packets as a browser sends them, with the time of sending in them: Opus with silence, and VP8 without a picture that could be decoded.
 * A server that forwards media keeps the payload, whatever it does to the header.
 */

const headerBytes = 12;
/** In front of the time. Nothing else in a packet looks like it. */
const mark = Buffer.from('ATRIUM-T');
const stampBytes = mark.length + 8;
/** Of a frame, so that a packet with its headers stays below the MTU. */
const largestPayload = 1_100;

/** 20 ms of Opus silence. The stamp is in its padding (RFC 6716 §3.2.5), and fills it up to what 32 kbit/s take. */
export function audioPacket({ sequence, timestamp }: Pick<Header, 'sequence' | 'timestamp'>): Buffer {
  const padding = 75;
  const packet = Buffer.alloc(headerBytes + 5 + padding);
  writeHeader(packet, { ...streams.audio, sequence, timestamp, marker: true });
  // Code 3: one frame, with padding.
  Buffer.from([0xfb, 0x41, padding, 0xff, 0xfe]).copy(packet, headerBytes);
  writeStamp(packet, headerBytes + 5);
  return packet;
}

export interface Frame {
  /** The number of its first packet. */
  readonly sequence: number;
  /** In ticks of 90 kHz. */
  readonly timestamp: number;
  readonly isKeyframe: boolean;
  /** Of all its packets, without headers. */
  readonly bytes: number;
  /** Default: that of a picture in one size. */
  readonly ssrc?: number;
  /** Of the picture, in pixels; it is as high as a screen of that width. Default: 640. */
  readonly width?: number;
}

/** One frame of VP8 (RFC 7741 §4.2); each packet has a stamp. */
export function videoPackets(frame: Frame): Buffer[] {
  const { sequence, timestamp, isKeyframe, bytes, ssrc = streams.video.ssrc, width = 640 } = frame;
  const height = (width * 9) / 16;
  const count = Math.max(1, Math.ceil(bytes / largestPayload));
  return Array.from({ length: count }, (_, index) => {
    const isFirst = index === 0;
    const packet = Buffer.alloc(headerBytes + Math.max(40, Math.ceil(bytes / count)), 0x55);
    const header = { ...streams.video, ssrc, sequence: sequence + index, timestamp, marker: index === count - 1 };
    writeHeader(packet, header);
    packet[headerBytes] = isFirst ? 0x10 : 0x00;
    let at = headerBytes + 1;
    if (isFirst) {
      // The first bit of the tag says that it is no keyframe; the size follows in keyframes alone (RFC 6386 §9.1).
      const size = [width & 0xff, width >> 8, height & 0xff, height >> 8];
      const head = isKeyframe ? [0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, ...size] : [0x11, 0x02, 0x00];
      Buffer.from(head).copy(packet, at);
      at += head.length;
    }
    writeStamp(packet, at);
    return packet;
  });
}

/** How long ago the packet was sent, in ms. Undefined where it has no stamp, as after encoding it anew. */
export function ageOf(packet: Buffer): number | undefined {
  const at = packet.subarray(headerBytes, headerBytes + 100).indexOf(mark);
  if (at < 0 || packet.length < headerBytes + at + stampBytes) return undefined;
  return now() - packet.readDoubleBE(headerBytes + at + mark.length);
}

interface Header {
  readonly payloadType: number;
  readonly ssrc: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly marker: boolean;
}

function writeHeader(packet: Buffer, { payloadType, ssrc, sequence, timestamp, marker }: Header): void {
  packet[0] = 0x80;
  packet[1] = payloadType | (marker ? 0x80 : 0);
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE(timestamp >>> 0, 4);
  packet.writeUInt32BE(ssrc, 8);
}

function writeStamp(packet: Buffer, at: number): void {
  mark.copy(packet, at);
  packet.writeDoubleBE(now(), at + mark.length);
}

/** In ms, the same for all processes of a machine. */
function now(): number {
  return performance.timeOrigin + performance.now();
}
