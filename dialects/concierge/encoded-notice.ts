import type { Frame } from '../../transport/frame.js';
import { textFrame } from '../../transport/frame.js';
import type { ProtocolVersion, Notice } from './protocol-version.js';

/** A notice for many clients, encoded once for each version of the protocol. */
export class EncodedNotice {
  readonly #notice: Notice;
  readonly #frames = new Map<ProtocolVersion, Frame | undefined>();

  constructor(notice: Notice) {
    this.#notice = notice;
  }

  /** Undefined when the version has no message for the notice. */
  in(version: ProtocolVersion): Frame | undefined {
    const known = this.#frames.get(version);
    if (known || this.#frames.has(version)) return known;
    const text = version.tell(this.#notice);
    const frame = text === undefined ? undefined : textFrame(text);
    this.#frames.set(version, frame);
    return frame;
  }
}
