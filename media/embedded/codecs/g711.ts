import type { Codec } from './codec.js';
import { defineCodec } from './codec.js';
import { PacketAssembler } from './packet-assembler.js';

/** What telephones send (RFC 3551 §4.5.14), with payload types that are the same everywhere. */
export const pcmu = telephony('PCMU', 0, 7);
export const pcma = telephony('PCMA', 8, 6);

/** @param formatTag its number in WAVEFORMATEX, by which Matroska names it. WebM has no place for it. */
function telephony(name: string, payloadType: number, formatTag: number): Codec {
  const clockRate = 8000;
  const [channels, bits] = [1, 8];
  const format = Buffer.alloc(18);
  format.writeUInt16LE(formatTag, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(clockRate, 4);
  // Bytes in a second, bytes of a sample.
  format.writeUInt32LE(clockRate, 8);
  format.writeUInt16LE(1, 12);
  format.writeUInt16LE(bits, 14);
  return defineCodec({
    name,
    kind: 'audio',
    clockRate,
    offer: { payloadType, parameters: '' },
    matroska: { id: 'A_MS/ACM', inWebm: false },
    assembler: () => new PacketAssembler(format),
  });
}
