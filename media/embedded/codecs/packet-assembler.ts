import type { Frame, FrameAssembler } from './frame.js';

/** For sound of which each RTP packet is a frame. */
export class PacketAssembler implements FrameAssembler {
  readonly #codecPrivate: Buffer;
  #payload: Buffer | undefined;

  constructor(codecPrivate: Buffer) {
    this.#codecPrivate = codecPrivate;
  }

  add(payload: Buffer): boolean {
    this.#payload = payload;
    return true;
  }

  finish(): Frame | undefined {
    const payload = this.#payload;
    this.reset();
    return payload && { chunks: [payload], isKey: true, codecPrivate: this.#codecPrivate };
  }

  reset(): void {
    this.#payload = undefined;
  }
}
