import { defineCodec } from './codec.js';
import type { Frame, FrameAssembler } from './frame.js';

export const opus = defineCodec({
  name: 'opus',
  kind: 'audio',
  clockRate: 48_000,
  channels: 2,
  offer: { payloadType: 111, parameters: 'minptime=10;useinbandfec=1' },
  // RFC 7845 §4.6: a decoder needs 80 ms to settle.
  matroska: { id: 'A_OPUS', inWebm: true, seekPreRoll: 80_000_000 },
  assembler: () => new OpusAssembler(),
});

/** RFC 7587 §4.2: an RTP packet holds one packet of Opus. */
class OpusAssembler implements FrameAssembler {
  #payload: Buffer | undefined;

  add(payload: Buffer): boolean {
    this.#payload = payload;
    return true;
  }

  finish(): Frame | undefined {
    const payload = this.#payload;
    this.reset();
    return payload && { chunks: [payload], isKey: true, codecPrivate: opusHead };
  }

  reset(): void {
    this.#payload = undefined;
  }
}

/** RFC 7845 §5.1: version 1, two channels, no samples to skip, 48 kHz, no gain, mono or stereo. */
const opusHead = Buffer.from([...Buffer.from('OpusHead'), 1, 2, 0, 0, 0x80, 0xbb, 0, 0, 0, 0, 0]);
