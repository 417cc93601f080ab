import type { Frame } from '../../../transport/frame.js';
import { textFrame } from '../../../transport/frame.js';

/** A packet to send, encoded once for all its sessions. */
export class Outgoing {
  readonly text: string;
  #frame: Frame | undefined;

  constructor(text: string) {
    this.text = text;
  }

  get frame(): Frame {
    this.#frame ??= textFrame(this.text);
    return this.#frame;
  }
}
