import { unwrapped } from '../sequence.js';

/** Packets that are remembered: those of four seconds at 500 a second. */
const memory = 2048;
const [waits, isLost, hasCome] = [0, 1, 2];

/** What has left over one transport, until the receiver has told what became of it. Times are in ms. */
export class SentPackets {
  /** Empty before the first packet, as all three are. */
  #times = new Float64Array(0);
  #sizes = new Uint16Array(0);
  #states = new Uint8Array(0);
  /** One wrap above zero: numbers of packets before the first one are not negative. */
  #next = 0x10000;

  /** Extended number of the packet that leaves next. Its lowest 16 bits are in the packet. */
  get next(): number {
    return this.#next;
  }

  add(bytes: number, now: number): void {
    if (this.#times.length === 0) this.#begin();
    const slot = this.#next % memory;
    this.#times[slot] = now;
    this.#sizes[slot] = bytes;
    this.#states[slot] = waits;
    this.#next += 1;
  }

  /** The extended number of a packet that is remembered; -1: there is none. `sequence`: of 16 bits. */
  find(sequence: number): number {
    const number = unwrapped(sequence, this.#next);
    return number < this.#next && number >= Math.max(0x10000, this.#next - memory) ? number : -1;
  }

  /** A packet has come. False when that was known. `number`: of `find`. */
  came(number: number): boolean {
    return this.#becomes(number, hasCome);
  }

  /** A packet has not come until now. False when something was known of it. */
  missed(number: number): boolean {
    return this.#states[number % memory] === waits && this.#becomes(number, isLost);
  }

  /** The receiver said before that it had not come. */
  wasMissed(number: number): boolean {
    return this.#states[number % memory] === isLost;
  }

  timeOf(number: number): number {
    return this.#times[number % memory] ?? 0;
  }

  /** In bytes. */
  sizeOf(number: number): number {
    return this.#sizes[number % memory] ?? 0;
  }

  #begin(): void {
    this.#times = new Float64Array(memory);
    this.#sizes = new Uint16Array(memory);
    this.#states = new Uint8Array(memory);
  }

  #becomes(number: number, state: number): boolean {
    const slot = number % memory;
    if (this.#states[slot] === state) return false;
    this.#states[slot] = state;
    return true;
  }
}
