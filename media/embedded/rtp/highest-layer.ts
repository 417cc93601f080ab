import type { InboundStream } from './inbound-stream.js';
import type { Layers } from './layers.js';
import type { RtpPacket } from './rtp-packet.js';

/** For what takes one stream of each source: lets the largest layer through, which changes with a keyframe. */
export class HighestLayer {
  #layers: Layers | undefined;
  #present: InboundStream | undefined;

  /** Whether the packet is of the layer that is let through. */
  lets(packet: RtpPacket, from: InboundStream, now: number): boolean {
    const { layers } = from;
    if (!layers) return true;
    if (layers !== this.#layers) {
      this.#layers = layers;
      this.#present = undefined;
    }
    const highest = layers.highest(now);
    this.#present ??= highest;
    if (highest && highest !== this.#present) {
      if (from === highest && from.isKeyframe(packet)) this.#present = highest;
      else highest.keyframes.wish(now);
    }
    return from === this.#present;
  }
}
