/** Bytes of an RTP packet of the load, header and extension included: about what browsers send. */
export const packetBytes = 1112;
export const payloadType = 96;
export const transportExtensionId = 3;
/** A keyframe begins after so many packets, so that late receivers can begin. */
export const keyframeEvery = 100;

const headerBytes = 12;
const extensionBytes = 8;
/** Ticks of the clock of video in a ms. */
const ticks = 90;
/** Behind the descriptor and the three bytes of a frame's tag: what a keyframe has there, and a recorder reads (RFC 6386 §9.1). The size follows. */
const keyframeHead = Buffer.from([0x9d, 0x01, 0x2a]);

/** A packet as a browser sends it: VP8, with a number of the transport (RFC 7741, RFC 8285). Filled in anew for each sending. */
export function newPacket(ssrc: number, width = 320): Buffer {
  const packet = Buffer.alloc(packetBytes, 0x55);
  packet.writeUInt8(0x90, 0);
  packet.writeUInt8(payloadType, 1);
  packet.writeUInt32BE(ssrc, 8);
  packet.writeUInt16BE(0xbede, headerBytes);
  packet.writeUInt16BE(1, headerBytes + 2);
  packet.writeUInt8((transportExtensionId << 4) | 1, headerBytes + 4);
  packet.writeUInt8(0, headerBytes + 7);
  packet.writeUInt8(0x10, headerBytes + extensionBytes);
  const size = headerBytes + extensionBytes + 4 + keyframeHead.copy(packet, headerBytes + extensionBytes + 4);
  packet.writeUInt16LE(width, size);
  packet.writeUInt16LE((width * 9) / 16, size + 2);
  return packet;
}

/** @param number of the packet in its transport */
export function fillPacket(packet: Buffer, sequence: number, number = sequence): void {
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE(stamp(), 4);
  packet.writeUInt16BE(number & 0xffff, headerBytes + 5);
  packet.writeUInt8(sequence % keyframeEvery === 0 ? 0 : 1, headerBytes + extensionBytes + 1);
}

/** The number of a packet in its transport; undefined: it has none. @param extension id of the header extension that has it */
export function numberOf(packet: Buffer, extension = transportExtensionId): number | undefined {
  if ((packet.readUInt8(0) & 0x10) === 0 || packet.readUInt16BE(headerBytes) !== 0xbede) return undefined;
  const end = headerBytes + 4 + packet.readUInt16BE(headerBytes + 2) * 4;
  for (let at = headerBytes + 4; at < end;) {
    const head = packet.readUInt8(at);
    if (head >> 4 === extension) return packet.readUInt16BE(at + 1);
    at += head === 0 ? 1 : 2 + (head & 0x0f);
  }
  return undefined;
}

/** The time of sending, in the RTP timestamp, which a forwarding server keeps. */
export function stamp(): number {
  return (performance.now() * ticks) >>> 0;
}

/** How long ago the packet was sent, in ms. */
export function ageOf(packet: Buffer): number {
  return ((stamp() - packet.readUInt32BE(4)) >>> 0) / ticks;
}
