import type { HeaderExtension } from './rtp-packet.js';

/** The number of the picture: the second and third byte, after which anything may follow. */
const numberAt = 1;
const leastBytes = 3;

/**
 * The descriptions of pictures that one receiver gets (the dependency descriptor of AV1 RTP, appendix A). Their numbers go on when the source
 * changes: a browser drops what seems to be older than the last keyframe. All else in them is relative to the number.
 */
export class DescriptorRun {
  readonly #id: number;
  #offset = 0;
  /** The largest that was sent; -1: none was. */
  #last = -1;

  /** @param id of the header extension at the receiver */
  constructor(id: number) {
    this.#id = id;
  }

  /** The first picture of a source. */
  begin(descriptor: Buffer): void {
    if (this.#last !== -1 && descriptor.length >= leastBytes) {
      this.#offset = (this.#last + 1 - descriptor.readUInt16BE(numberAt)) & 0xffff;
    }
  }

  /** As the receiver gets it. */
  extension(descriptor: Buffer): HeaderExtension {
    if (this.#offset === 0 || descriptor.length < leastBytes) return { id: this.#id, data: descriptor };
    const data = Buffer.from(descriptor);
    data.writeUInt16BE(this.#numberOf(descriptor), numberAt);
    return { id: this.#id, data };
  }

  sent(descriptor: Buffer): void {
    if (descriptor.length < leastBytes) return;
    const number = this.#numberOf(descriptor);
    if (this.#last === -1 || ((number - this.#last) & 0xffff) < 0x8000) this.#last = number;
  }

  #numberOf(descriptor: Buffer): number {
    return (descriptor.readUInt16BE(numberAt) + this.#offset) & 0xffff;
  }
}
