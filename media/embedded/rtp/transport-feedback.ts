import { unwrapped } from './sequence.js';

/** Arrivals that are remembered. A wider gap is not reported. */
const memory = 1024;
/** Before the first packet. */
const none = new Float64Array(0);
/** Packets that one feedback message may cover. */
const perMessage = 512;
/** A late packet is reported again if it is at most this many numbers behind the next message. */
const lateness = 256;
/** Unit of deltas, in ms. */
export const tick = 0.25;
/** Unit of the reference time, in ms. */
export const referenceTick = 64;

/** 0 not received, 1 received with a small delta of one byte, 2 with a large one of two bytes. */
type Status = 0 | 1 | 2;

/**
 * Tells a sender when each of its packets arrived, so that it can estimate the bandwidth
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1). There is one per transport.
 */
export class TransportFeedback {
  /** Arrival in ms by sequence number modulo `memory`; NaN for none. */
  #arrivals = none;
  #highest = -1;
  /** First number of the next message; -1 before the first packet. */
  #next = -1;
  #count = 0;

  /** `transportSequence`: 16 bits, from the packet. `now`: ms of a monotonic clock. */
  arrived(transportSequence: number, now: number): void {
    if (this.#next === -1) {
      // One wrap above zero: numbers of packets before the first one are not negative.
      this.#highest = this.#next = transportSequence + 0x10000;
      if (this.#arrivals === none) this.#arrivals = new Float64Array(memory).fill(Number.NaN);
    }
    const sequence = unwrapped(transportSequence, this.#highest);
    if (sequence > this.#highest) this.#advance(sequence);
    else if (sequence <= this.#highest - memory || sequence < this.#next - lateness) return;
    const slot = sequence % memory;
    if (!Number.isNaN(this.#arrivals[slot])) return;
    this.#arrivals[slot] = now;
    if (sequence < this.#next) this.#next = sequence;
  }

  /** Messages about the packets since the last call; none when no packet came. */
  take(sender: number, ssrc: number): Buffer[] {
    const messages: Buffer[] = [];
    while (this.#next !== -1 && this.#next <= this.#highest) {
      const message = this.#message(sender, ssrc);
      if (message) messages.push(message);
    }
    return messages;
  }

  #advance(sequence: number): void {
    if (sequence - this.#highest >= memory) {
      this.#arrivals.fill(Number.NaN);
      this.#next = sequence;
    } else {
      for (let missing = this.#highest + 1; missing < sequence; missing++)
        this.#arrivals[missing % memory] = Number.NaN;
      if (this.#next <= sequence - memory) this.#next = sequence - memory + 1;
    }
    this.#arrivals[sequence % memory] = Number.NaN;
    this.#highest = sequence;
  }

  #message(sender: number, ssrc: number): Buffer | undefined {
    const base = this.#next;
    const first = this.#firstArrival(base);
    if (first === undefined) {
      this.#next = this.#highest + 1;
      return undefined;
    }
    const reference = Math.floor(first / referenceTick);
    const statuses: Status[] = [];
    const deltas: number[] = [];
    // The first delta counts from the reference time as it is sent, which is rounded down. Each other delta counts
    // from the sum of those before it: rounding errors do not add up.
    let clock = reference * (referenceTick / tick);
    let sequence = base;
    for (; sequence <= this.#highest && statuses.length < perMessage; sequence++) {
      const arrival = this.#arrivals[sequence % memory] ?? Number.NaN;
      if (Number.isNaN(arrival)) {
        statuses.push(0);
        continue;
      }
      const delta = Math.round(arrival / tick) - clock;
      if (delta < -0x8000 || delta > 0x7fff) break;
      clock += delta;
      deltas.push(delta);
      statuses.push(delta >= 0 && delta <= 0xff ? 1 : 2);
    }
    this.#next = sequence;
    return this.#write(sender, ssrc, base, reference, statuses, deltas);
  }

  #firstArrival(from: number): number | undefined {
    for (let sequence = from; sequence <= this.#highest; sequence++) {
      const arrival = this.#arrivals[sequence % memory] ?? Number.NaN;
      if (!Number.isNaN(arrival)) return arrival;
    }
    return undefined;
  }

  #write(sender: number, ssrc: number, base: number, reference: number, statuses: Status[], deltas: number[]): Buffer {
    const chunks = writeChunks(statuses);
    const content = 20 + chunks.length * 2 + deltas.reduce((sum, delta) => sum + (isSmall(delta) ? 1 : 2), 0);
    const filling = (4 - (content % 4)) % 4;
    const bytes = Buffer.alloc(content + filling);
    bytes.writeUInt8((filling ? 0xa0 : 0x80) | 15, 0);
    bytes.writeUInt8(205, 1);
    bytes.writeUInt16BE(bytes.length / 4 - 1, 2);
    bytes.writeUInt32BE(sender, 4);
    bytes.writeUInt32BE(ssrc, 8);
    bytes.writeUInt16BE(base & 0xffff, 12);
    bytes.writeUInt16BE(statuses.length, 14);
    bytes.writeUIntBE(reference & 0xffffff, 16, 3);
    bytes.writeUInt8(this.#count, 19);
    this.#count = (this.#count + 1) & 0xff;
    let offset = 20;
    for (const chunk of chunks) offset = bytes.writeUInt16BE(chunk, offset);
    for (const delta of deltas)
      offset = isSmall(delta) ? bytes.writeUInt8(delta, offset) : bytes.writeInt16BE(delta, offset);
    if (filling) bytes.writeUInt8(filling, bytes.length - 1);
    return bytes;
  }
}

function isSmall(delta: number): boolean {
  return delta >= 0 && delta <= 0xff;
}

/**
 * Packs statuses as runs of one status, or 14 of one bit each, or 7 of two bits each
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1.1 to §3.1.4).
 */
function writeChunks(statuses: readonly Status[]): number[] {
  const chunks: number[] = [];
  let at = 0;
  while (at < statuses.length) {
    const status = statuses[at] ?? 0;
    const run = runLength(statuses, at);
    if (run >= 14 || at + run === statuses.length) {
      chunks.push((status << 13) | run);
      at += run;
      continue;
    }
    const wide = statuses.slice(at, at + 14).includes(2);
    const size = wide ? 7 : 14;
    const bits = wide ? 2 : 1;
    let chunk = wide ? 0xc000 : 0x8000;
    for (let index = 0; index < size; index++) chunk |= (statuses[at + index] ?? 0) << ((size - 1 - index) * bits);
    chunks.push(chunk);
    at += size;
  }
  return chunks;
}

function runLength(statuses: readonly Status[], from: number): number {
  let end = from + 1;
  while (end < statuses.length && statuses[end] === statuses[from]) end += 1;
  return end - from;
}
