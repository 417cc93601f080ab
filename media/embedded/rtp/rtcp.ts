import type { Arrivals } from './arrivals.js';
import { readArrivals } from './arrivals.js';

/** A receiver's report about one stream (RFC 3550 §6.4.1). */
export interface ReportBlock {
  readonly ssrc: number;
  /** Share of packets lost since the last report, in 1/256. */
  readonly fractionLost: number;
  readonly packetsLost: number;
  readonly highestSequence: number;
  /** In units of the stream's clock. */
  readonly jitter: number;
  /** Middle 32 bits of the NTP time in the last sender report; 0: there was none. */
  readonly lastReport: number;
  /** Time since that report came, in 1/65536 s. */
  readonly delay: number;
}

export interface SenderReport {
  readonly ssrc: number;
  readonly ntpHigh: number;
  readonly ntpLow: number;
  readonly timestamp: number;
}

export type RtcpPacket =
  | { readonly type: 'senderReport'; readonly report: SenderReport; readonly blocks: readonly ReportBlock[] }
  | { readonly type: 'receiverReport'; readonly ssrc: number; readonly blocks: readonly ReportBlock[] }
  | { readonly type: 'nack'; readonly ssrc: number; readonly sequences: readonly number[] }
  | { readonly type: 'arrivals'; readonly arrivals: Arrivals }
  | { readonly type: 'pictureLoss'; readonly ssrc: number }
  | { readonly type: 'fullIntra'; readonly ssrcs: readonly number[] }
  | { readonly type: 'bitrateLimit'; readonly bitrate: number; readonly ssrcs: readonly number[] }
  | { readonly type: 'goodbye'; readonly ssrcs: readonly number[] };

const kinds = { senderReport: 200, receiverReport: 201, description: 202, goodbye: 203, transport: 205, payload: 206 };

/** The packets of a compound that the engine uses. Stops at the first malformed one. */
export function parseRtcp(bytes: Buffer): RtcpPacket[] {
  const packets: RtcpPacket[] = [];
  let offset = 0;
  while (offset + 4 <= bytes.length) {
    const first = bytes.readUInt8(offset);
    const size = (bytes.readUInt16BE(offset + 2) + 1) * 4;
    if (first >> 6 !== 2 || offset + size > bytes.length) break;
    const packet = parseOne(first & 0x1f, bytes.readUInt8(offset + 1), bytes.subarray(offset, offset + size));
    if (packet) packets.push(packet);
    offset += size;
  }
  return packets;
}

function parseOne(count: number, kind: number, bytes: Buffer): RtcpPacket | undefined {
  switch (kind) {
    case kinds.senderReport:
      if (bytes.length < 28) return undefined;
      return { type: 'senderReport', report: senderReport(bytes), blocks: reportBlocks(bytes, 28, count) };
    case kinds.receiverReport:
      if (bytes.length < 8) return undefined;
      return { type: 'receiverReport', ssrc: bytes.readUInt32BE(4), blocks: reportBlocks(bytes, 8, count) };
    case kinds.goodbye:
      return { type: 'goodbye', ssrcs: words(bytes, 4, 4 + count * 4) };
    case kinds.transport:
      return transportFeedback(count, bytes);
    case kinds.payload:
      return payloadFeedback(count, bytes);
    default:
      return undefined;
  }
}

function senderReport(bytes: Buffer): SenderReport {
  return {
    ssrc: bytes.readUInt32BE(4),
    ntpHigh: bytes.readUInt32BE(8),
    ntpLow: bytes.readUInt32BE(12),
    timestamp: bytes.readUInt32BE(16),
  };
}

function reportBlocks(bytes: Buffer, start: number, count: number): ReportBlock[] {
  const blocks: ReportBlock[] = [];
  for (let offset = start; blocks.length < count && offset + 24 <= bytes.length; offset += 24) {
    blocks.push({
      ssrc: bytes.readUInt32BE(offset),
      fractionLost: bytes.readUInt8(offset + 4),
      packetsLost: bytes.readIntBE(offset + 5, 3),
      highestSequence: bytes.readUInt32BE(offset + 8),
      jitter: bytes.readUInt32BE(offset + 12),
      lastReport: bytes.readUInt32BE(offset + 16),
      delay: bytes.readUInt32BE(offset + 20),
    });
  }
  return blocks;
}

function transportFeedback(format: number, bytes: Buffer): RtcpPacket | undefined {
  if (format === 1) return bytes.length >= 16 ? nack(bytes) : undefined;
  const arrivals = format === 15 ? readArrivals(bytes) : undefined;
  return arrivals && { type: 'arrivals', arrivals };
}

/** RFC 4585 §6.2.1: entries of a sequence number and a mask of the 16 numbers after it. */
function nack(bytes: Buffer): RtcpPacket {
  const sequences: number[] = [];
  for (let offset = 12; offset + 4 <= bytes.length; offset += 4) {
    const first = bytes.readUInt16BE(offset);
    const mask = bytes.readUInt16BE(offset + 2);
    sequences.push(first);
    for (let bit = 0; bit < 16; bit++) if (mask & (1 << bit)) sequences.push((first + bit + 1) & 0xffff);
  }
  return { type: 'nack', ssrc: bytes.readUInt32BE(8), sequences };
}

function payloadFeedback(format: number, bytes: Buffer): RtcpPacket | undefined {
  if (bytes.length < 12) return undefined;
  if (format === 1) return { type: 'pictureLoss', ssrc: bytes.readUInt32BE(8) };
  if (format === 4) {
    const ssrcs: number[] = [];
    for (let offset = 12; offset + 8 <= bytes.length; offset += 8) ssrcs.push(bytes.readUInt32BE(offset));
    return { type: 'fullIntra', ssrcs };
  }
  if (format === 15 && bytes.length >= 20 && bytes.toString('latin1', 12, 16) === 'REMB') {
    const exponent = bytes.readUInt8(17) >> 2;
    const mantissa = ((bytes.readUInt8(17) & 0x03) << 16) | bytes.readUInt16BE(18);
    return { type: 'bitrateLimit', bitrate: mantissa * 2 ** exponent, ssrcs: words(bytes, 20, bytes.length) };
  }
  return undefined;
}

function words(bytes: Buffer, start: number, end: number): number[] {
  const list: number[] = [];
  for (let offset = start; offset + 4 <= Math.min(end, bytes.length); offset += 4)
    list.push(bytes.readUInt32BE(offset));
  return list;
}

/** RFC 4585 §6.3.1. */
export function writePictureLoss(sender: number, ssrc: number): Buffer {
  return feedback(kinds.payload, 1, sender, ssrc, 0);
}

/** RFC 5104 §4.3.1. `count` grows with each new request. */
export function writeFullIntra(sender: number, ssrc: number, count: number): Buffer {
  const bytes = feedback(kinds.payload, 4, sender, 0, 8);
  bytes.writeUInt32BE(ssrc, 12);
  bytes.writeUInt8(count & 0xff, 16);
  return bytes;
}

/** RFC 4585 §6.2.1. `sequences`: ascending, of 16 bits each. */
export function writeNack(sender: number, ssrc: number, sequences: readonly number[]): Buffer {
  const entries: { first: number; mask: number }[] = [];
  for (const sequence of sequences) {
    const last = entries.at(-1);
    const behind = last ? (sequence - last.first) & 0xffff : 0;
    if (last && behind >= 1 && behind <= 16) last.mask |= 1 << (behind - 1);
    else entries.push({ first: sequence, mask: 0 });
  }
  const bytes = feedback(kinds.transport, 1, sender, ssrc, entries.length * 4);
  entries.forEach(({ first, mask }, index) => {
    bytes.writeUInt16BE(first, 12 + index * 4);
    bytes.writeUInt16BE(mask, 14 + index * 4);
  });
  return bytes;
}

/** Receiver estimated maximum bitrate (draft-alvestrand-rmcat-remb §2.2), in bit/s. */
export function writeBitrateLimit(sender: number, bitrate: number, ssrcs: readonly number[]): Buffer {
  const bytes = feedback(kinds.payload, 15, sender, 0, 8 + ssrcs.length * 4);
  let exponent = 0;
  let mantissa = Math.floor(bitrate);
  while (mantissa > 0x3ffff) {
    mantissa = Math.floor(mantissa / 2);
    exponent += 1;
  }
  bytes.write('REMB', 12, 'latin1');
  bytes.writeUInt8(ssrcs.length, 16);
  bytes.writeUInt8((exponent << 2) | (mantissa >> 16), 17);
  bytes.writeUInt16BE(mantissa & 0xffff, 18);
  ssrcs.forEach((ssrc, index) => bytes.writeUInt32BE(ssrc, 20 + index * 4));
  return bytes;
}

export function writeReceiverReport(sender: number, blocks: readonly ReportBlock[]): Buffer {
  const bytes = packet(kinds.receiverReport, blocks.length, 8 + blocks.length * 24);
  bytes.writeUInt32BE(sender, 4);
  blocks.forEach((block, index) => {
    const offset = 8 + index * 24;
    bytes.writeUInt32BE(block.ssrc, offset);
    bytes.writeUInt8(block.fractionLost, offset + 4);
    bytes.writeIntBE(Math.max(-0x800000, Math.min(block.packetsLost, 0x7fffff)), offset + 5, 3);
    bytes.writeUInt32BE(block.highestSequence % 0x1_0000_0000, offset + 8);
    bytes.writeUInt32BE(block.jitter, offset + 12);
    bytes.writeUInt32BE(block.lastReport, offset + 16);
    bytes.writeUInt32BE(block.delay, offset + 20);
  });
  return bytes;
}

/** A compound of a sender report and the canonical name of its sender (RFC 3550 §6.1). */
export function writeSenderReport(report: SenderReport, packets: number, octets: number, cname: string): Buffer {
  const bytes = packet(kinds.senderReport, 0, 28);
  bytes.writeUInt32BE(report.ssrc, 4);
  bytes.writeUInt32BE(report.ntpHigh, 8);
  bytes.writeUInt32BE(report.ntpLow, 12);
  bytes.writeUInt32BE(report.timestamp, 16);
  bytes.writeUInt32BE(packets % 0x1_0000_0000, 20);
  bytes.writeUInt32BE(octets % 0x1_0000_0000, 24);
  return Buffer.concat([bytes, writeDescription(report.ssrc, cname)]);
}

/** RFC 3550 §6.5: one chunk with the canonical name. */
export function writeDescription(ssrc: number, cname: string): Buffer {
  const name = Buffer.from(cname, 'utf8').subarray(0, 255);
  const size = 4 + 4 + 2 + name.length;
  const bytes = packet(kinds.description, 1, size + 4 - (size % 4));
  bytes.writeUInt32BE(ssrc, 4);
  bytes.writeUInt8(1, 8);
  bytes.writeUInt8(name.length, 9);
  name.copy(bytes, 10);
  return bytes;
}

/** A feedback message with room for `size` bytes after the two SSRCs (RFC 4585 §6.1). */
function feedback(kind: number, format: number, sender: number, ssrc: number, size: number): Buffer {
  const bytes = packet(kind, format, 12 + size);
  bytes.writeUInt32BE(sender, 4);
  bytes.writeUInt32BE(ssrc, 8);
  return bytes;
}

function packet(kind: number, count: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.writeUInt8(0x80 | count, 0);
  bytes.writeUInt8(kind, 1);
  bytes.writeUInt16BE(size / 4 - 1, 2);
  return bytes;
}
