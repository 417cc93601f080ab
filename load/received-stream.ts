import { ageOf } from './synthetic-media.js';
import type { Spread } from './spread.js';

/** Counts the packets of one stream at a receiver. */
export class ReceivedStream {
  readonly #ages: Spread;
  #first: number | undefined;
  /** The highest number so far, counted on where the numbers of RTP begin anew. */
  #highest = 0;
  #firstAt = 0;
  #lastAt = 0;
  packets = 0;
  bytes = 0;

  /** @param ages gets the age of each packet that has a stamp */
  constructor(ages: Spread) {
    this.#ages = ages;
  }

  /** @param now in ms */
  hear(packet: Buffer, now: number): void {
    const sequence = packet.readUInt16BE(2);
    if (this.#first === undefined) {
      this.#first = sequence;
      this.#highest = sequence;
      this.#firstAt = now;
    }
    const ahead = (sequence - this.#highest) & 0xffff;
    if (ahead < 0x8000) this.#highest += ahead;
    this.#lastAt = now;
    this.packets += 1;
    this.bytes += packet.length;
    const age = ageOf(packet);
    if (age !== undefined) this.#ages.add(age);
  }

  /** How many are missing between the first and the last. */
  get lost(): number {
    return this.#first === undefined ? 0 : Math.max(0, this.#highest - this.#first + 1 - this.packets);
  }

  /** In kbit/s, from the first packet to the last. */
  get kbps(): number {
    const ms = this.#lastAt - this.#firstAt;
    return ms > 0 ? (this.bytes * 8) / ms : 0;
  }
}
