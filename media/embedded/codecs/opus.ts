import { defineCodec } from './codec.js';
import { PacketAssembler } from './packet-assembler.js';

/**
 * In an answer the parameters are those of the offer: whoever offers `stereo=1` or a bit rate is answered with it, and
 * sends so.
 */
export const opus = defineCodec({
  name: 'opus',
  kind: 'audio',
  clockRate: 48_000,
  channels: 2,
  offer: { payloadType: 111, parameters: 'minptime=10;useinbandfec=1' },
  repeatable: true,
  // RFC 7845 §4.6: a decoder needs 80 ms to settle.
  matroska: { id: 'A_OPUS', inWebm: true, seekPreRoll: 80_000_000 },
  // RFC 7587 §4.2: an RTP packet holds one packet of Opus.
  assembler: () => new PacketAssembler(opusHead),
});

/** RFC 7845 §5.1: version 1, two channels, no samples to skip, 48 kHz, no gain, mono or stereo. */
const opusHead = Buffer.from([...Buffer.from('OpusHead'), 1, 2, 0, 0, 0x80, 0xbb, 0, 0, 0, 0, 0]);
