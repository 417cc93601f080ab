/** The parts of a packet that are recorded. */
export interface MediaPacket {
  /** Unwrapped: it grows beyond 16 bits. */
  readonly sequence: number;
  readonly timestamp: number;
  readonly marker: boolean;
  readonly payload: Buffer;
}

/** A lost packet is requested every 50 ms. After this long it is given up, in ms. */
const patienceMs = 500;
const mostWaiting = 1024;

/** Puts packets into their order. It waits for missing ones up to a limit. Times are in ms. */
export class ReorderBuffer {
  readonly #waiting = new Map<number, MediaPacket>();
  readonly #next: (packet: MediaPacket) => void;
  readonly #lost: () => void;
  #expected: number | undefined;
  #blockedSince: number | undefined;

  /** `lost` is called before a packet that does not follow the one before it. */
  constructor(next: (packet: MediaPacket) => void, lost: () => void) {
    this.#next = next;
    this.#lost = lost;
  }

  add(packet: MediaPacket, now: number): void {
    this.#expected ??= packet.sequence;
    if (packet.sequence < this.#expected) return;
    this.#waiting.set(packet.sequence, packet);
    this.#drain();
    this.tick(now);
  }

  /** Gives up packets that did not come in time. */
  tick(now: number): void {
    if (this.#waiting.size === 0) {
      this.#blockedSince = undefined;
      return;
    }
    this.#blockedSince ??= now;
    if (now - this.#blockedSince >= patienceMs || this.#waiting.size > mostWaiting) this.#skip(now);
  }

  /** Passes on all packets that wait. */
  flush(): void {
    while (this.#waiting.size > 0) this.#skip(0);
  }

  #skip(now: number): void {
    this.#expected = Math.min(...this.#waiting.keys());
    this.#lost();
    this.#drain();
    this.#blockedSince = this.#waiting.size > 0 ? now : undefined;
  }

  #drain(): void {
    for (;;) {
      const packet = this.#expected === undefined ? undefined : this.#waiting.get(this.#expected);
      if (!packet) return;
      this.#waiting.delete(packet.sequence);
      this.#expected = packet.sequence + 1;
      this.#blockedSince = undefined;
      this.#next(packet);
    }
  }
}
