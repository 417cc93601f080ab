export type RtpKind = 'audio' | 'video';

/** A codec the engine forwards. It never decodes one: only keyframes are recognised. */
export type CodecName = 'opus' | 'VP8' | 'H264' | 'VP9';

export interface Codec {
  readonly name: CodecName;
  readonly kind: RtpKind;
  readonly clockRate: number;
  readonly channels?: number;
}

/** In order of preference: the first that an offer has is the one it gets. */
export const codecs: readonly Codec[] = [
  { name: 'opus', kind: 'audio', clockRate: 48000, channels: 2 },
  { name: 'VP8', kind: 'video', clockRate: 90000 },
  { name: 'H264', kind: 'video', clockRate: 90000 },
  { name: 'VP9', kind: 'video', clockRate: 90000 },
];

/** True when the RTP payload at `offset` begins a frame that can be decoded without those before it. */
export function startsKeyframe(codec: CodecName, packet: Buffer, offset: number): boolean {
  if (offset >= packet.length) return false;
  switch (codec) {
    case 'opus':
      return true;
    case 'VP8':
      return vp8Keyframe(packet, offset);
    case 'VP9':
      return vp9Keyframe(packet, offset);
    case 'H264':
      return h264Keyframe(packet, offset);
    default:
      return codec satisfies never;
  }
}

/** RFC 7741 §4.2 (payload descriptor) and §4.3 (payload header). */
function vp8Keyframe(packet: Buffer, offset: number): boolean {
  const descriptor = byte(packet, offset);
  const startsFirstPartition = (descriptor & 0x17) === 0x10;
  if (!startsFirstPartition) return false;
  let at = offset + 1;
  if (descriptor & 0x80) {
    const extension = byte(packet, at++);
    if (extension & 0x80) at += byte(packet, at) & 0x80 ? 2 : 1;
    if (extension & 0x40) at += 1;
    if (extension & 0x30) at += 1;
  }
  return at < packet.length && (byte(packet, at) & 0x01) === 0;
}

/** RFC 9628 §4.2: not predicted from another picture, first packet of its frame, lowest spatial layer. */
function vp9Keyframe(packet: Buffer, offset: number): boolean {
  const descriptor = byte(packet, offset);
  const predicted = (descriptor & 0x40) !== 0;
  const startsFrame = (descriptor & 0x08) !== 0;
  if (predicted || !startsFrame) return false;
  const hasLayers = (descriptor & 0x20) !== 0;
  if (!hasLayers) return true;
  let at = offset + 1;
  if (descriptor & 0x80) at += byte(packet, at) & 0x80 ? 2 : 1;
  return ((byte(packet, at) >> 1) & 0x07) === 0;
}

/** RFC 6184 §5.2: a sequence parameter set or the first piece of an IDR picture, alone, aggregated or fragmented. */
function h264Keyframe(packet: Buffer, offset: number): boolean {
  const type = byte(packet, offset) & 0x1f;
  if (type === 28) {
    const fragment = byte(packet, offset + 1);
    return (fragment & 0x80) !== 0 && isKeyUnit(fragment & 0x1f);
  }
  if (type !== 24) return isKeyUnit(type);
  for (let at = offset + 1; at + 2 < packet.length; at += 2 + packet.readUInt16BE(at)) {
    if (isKeyUnit(byte(packet, at + 2) & 0x1f)) return true;
  }
  return false;
}

function isKeyUnit(type: number): boolean {
  return type === 5 || type === 7;
}

function byte(packet: Buffer, offset: number): number {
  return packet[offset] ?? 0;
}
