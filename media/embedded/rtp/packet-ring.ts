import type { RtpPacket } from './rtp-packet.js';

/** A packet that a receiver may ask for again. */
export interface KeptPacket {
  readonly body: Buffer;
  readonly timestamp: number;
  readonly marker: boolean;
  readonly padding: boolean;
  readonly payloadType: number;
}

/** The last packets of a stream, by extended sequence number. It keeps the received bytes, no copies. */
export class PacketRing {
  /** How many packets there are at most. */
  readonly size: number;
  readonly #numbers: Float64Array;
  readonly #bodies: (Buffer | undefined)[];
  readonly #timestamps: Uint32Array;
  readonly #flags: Uint16Array;

  constructor(size: number) {
    this.size = size;
    this.#numbers = new Float64Array(size).fill(-1);
    this.#bodies = new Array<Buffer | undefined>(size).fill(undefined);
    this.#timestamps = new Uint32Array(size);
    this.#flags = new Uint16Array(size);
  }

  has(number: number): boolean {
    return this.#numbers[number % this.size] === number;
  }

  add(packet: RtpPacket): void {
    const slot = packet.extended % this.size;
    this.#numbers[slot] = packet.extended;
    this.#bodies[slot] = packet.body;
    this.#timestamps[slot] = packet.timestamp;
    this.#flags[slot] = packet.payloadType | (packet.marker ? 0x80 : 0) | (packet.padding ? 0x100 : 0);
  }

  get(number: number): KeptPacket | undefined {
    const slot = number % this.size;
    const body = this.#bodies[slot];
    if (this.#numbers[slot] !== number || !body) return undefined;
    const flags = this.#flags[slot] ?? 0;
    return {
      body,
      timestamp: this.#timestamps[slot] ?? 0,
      marker: (flags & 0x80) !== 0,
      padding: (flags & 0x100) !== 0,
      payloadType: flags & 0x7f,
    };
  }
}
