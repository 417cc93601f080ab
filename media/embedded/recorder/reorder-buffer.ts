/** What is kept of a packet. */
export interface MediaPacket {
  /** Without its wrap. */
  readonly sequence: number;
  readonly timestamp: number;
  readonly marker: boolean;
  readonly payload: Buffer;
}

/** A lost packet is asked for every 50 ms; after this long it will not come any more. */
const patienceMs = 500;
const mostWaiting = 1024;

/** Puts packets into their order. Waits for missing ones, not for ever. Times are in ms. */
export class ReorderBuffer {
  readonly #waiting = new Map<number, MediaPacket>();
  readonly #next: (packet: MediaPacket) => void;
  readonly #lost: () => void;
  #expected: number | undefined;
  #blockedSince: number | undefined;

  /** `lost`: what comes next does not follow what came before. */
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

  /** Gives up on what did not come in time. */
  tick(now: number): void {
    if (this.#waiting.size === 0) {
      this.#blockedSince = undefined;
      return;
    }
    this.#blockedSince ??= now;
    if (now - this.#blockedSince >= patienceMs || this.#waiting.size > mostWaiting) this.#skip(now);
  }

  /** Gives on all there is. */
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
