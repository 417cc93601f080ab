import type { Frame, FrameAssembler } from './frame.js';

/** RFC 7587 §4.2: one packet of Opus in one packet of RTP. */
export class OpusAssembler implements FrameAssembler {
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

/** RFC 7845 §5.1: version 1, two channels, nothing to skip, 48 kHz, no gain, mono or stereo. */
const opusHead = Buffer.from([...Buffer.from('OpusHead'), 1, 2, 0, 0, 0x80, 0xbb, 0, 0, 0, 0, 0]);
