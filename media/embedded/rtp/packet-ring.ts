import type { RtpPacket } from './rtp-packet.js';

/** A packet that a receiver may ask for again. */
export interface KeptPacket {
  /** Valid until packets are added. */
  readonly body: Buffer;
  readonly timestamp: number;
  readonly marker: boolean;
  readonly padding: boolean;
  readonly payloadType: number;
  readonly descriptor?: Buffer | undefined;
}

/** Memory for some packets, one after another. */
interface Piece {
  readonly bytes: Buffer;
  /** Bytes from the start that packets have, or had. */
  used: number;
  /** Packets in it that are still kept. */
  packets: number;
}

/** Bytes of a piece: fourteen large packets, or a hundred of sound. */
const pieceSize = 16_384;

/**
 * The last packets of a stream, by extended sequence number. It keeps copies, in memory that it uses again and again. The received bytes
 * would be objects that live for seconds: to find out that each of them has ended took a tenth of the engine's time.
 */
export class PacketRing {
  /** How many packets there are at most. */
  readonly size: number;
  readonly #numbers: Float64Array;
  readonly #pieces: (Piece | undefined)[];
  readonly #offsets: Uint32Array;
  readonly #lengths: Uint16Array;
  readonly #timestamps: Uint32Array;
  readonly #flags: Uint16Array;
  /** Made with the first one: most streams have none. */
  #descriptors: (Buffer | undefined)[] | undefined;
  /** Takes the next packet. */
  #current: Piece | undefined;
  /** Its packets are all gone. */
  #spare: Piece | undefined;

  constructor(size: number) {
    this.size = size;
    this.#numbers = new Float64Array(size).fill(-1);
    this.#pieces = new Array<Piece | undefined>(size).fill(undefined);
    this.#offsets = new Uint32Array(size);
    this.#lengths = new Uint16Array(size);
    this.#timestamps = new Uint32Array(size);
    this.#flags = new Uint16Array(size);
  }

  has(number: number): boolean {
    return this.#numbers[number % this.size] === number;
  }

  /** The packet with this number has come. It can be kept later. */
  mark(number: number): void {
    const slot = number % this.size;
    this.#numbers[slot] = number;
    this.#forget(slot);
  }

  /** Keeps a packet that is marked. */
  keep({ extended, body, timestamp, payloadType, marker, padding, descriptor }: RtpPacket): void {
    const slot = extended % this.size;
    const { length } = body;
    if (this.#numbers[slot] !== extended) return;
    this.#forget(slot);
    const piece = this.#pieceFor(length);
    piece.bytes.set(body, piece.used);
    this.#pieces[slot] = piece;
    this.#offsets[slot] = piece.used;
    this.#lengths[slot] = length;
    this.#timestamps[slot] = timestamp;
    if (descriptor) this.#descriptors ??= new Array<Buffer | undefined>(this.size).fill(undefined);
    if (this.#descriptors) this.#descriptors[slot] = descriptor;
    this.#flags[slot] = payloadType | (marker ? 0x80 : 0) | (padding ? 0x100 : 0);
    piece.used += length;
    piece.packets += 1;
  }

  get(number: number): KeptPacket | undefined {
    const slot = number % this.size;
    const piece = this.#pieces[slot];
    if (this.#numbers[slot] !== number || !piece) return undefined;
    const flags = this.#flags[slot] ?? 0;
    const offset = this.#offsets[slot] ?? 0;
    return {
      body: piece.bytes.subarray(offset, offset + (this.#lengths[slot] ?? 0)),
      timestamp: this.#timestamps[slot] ?? 0,
      marker: (flags & 0x80) !== 0,
      padding: (flags & 0x100) !== 0,
      payloadType: flags & 0x7f,
      descriptor: this.#descriptors?.[slot],
    };
  }

  #pieceFor(length: number): Piece {
    const current = this.#current;
    if (current && current.used + length <= current.bytes.length) return current;
    // One that nobody kept anything in can begin anew itself.
    const spare = current?.packets === 0 ? current : this.#spare;
    if (spare === this.#spare) this.#spare = undefined;
    const fits = spare !== undefined && length <= spare.bytes.length;
    const next = fits ? spare : newPiece(Math.max(pieceSize, length));
    next.used = 0;
    this.#current = next;
    return next;
  }

  #forget(slot: number): void {
    const piece = this.#pieces[slot];
    if (!piece) return;
    this.#pieces[slot] = undefined;
    piece.packets -= 1;
    if (piece.packets === 0 && piece !== this.#current) this.#spare = piece;
  }
}

function newPiece(size: number): Piece {
  return { bytes: Buffer.allocUnsafeSlow(size), used: 0, packets: 0 };
}
