/** How long a nonce is remembered, in ms. */
const rememberedMs = 60_000;
/** Of all rooms. The oldest one goes when there are more. */
const maxNonces = 10_000;

/** Requests that have been served: a client that got no answer sends one again, and it must not be served twice. */
export class Nonces {
  readonly #now: () => number;
  /** When each was served, the oldest first. */
  readonly #times = new Map<string, number>();

  /** @param now in ms, from any beginning */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param nonce unique in the room; an empty one is new each time */
  has(room: string, nonce: Uint8Array): boolean {
    const time = this.#times.get(keyOf(room, nonce)) ?? -Infinity;
    return nonce.length > 0 && time + rememberedMs > this.#now();
  }

  add(room: string, nonce: Uint8Array): void {
    if (nonce.length === 0) return;
    const key = keyOf(room, nonce);
    this.#times.delete(key);
    this.#times.set(key, this.#now());
    for (const [oldest, time] of this.#times) {
      if (this.#times.size <= maxNonces && time + rememberedMs > this.#now()) return;
      this.#times.delete(oldest);
    }
  }
}

/** @param room its id, which is new with each life of the name */
function keyOf(room: string, nonce: Uint8Array): string {
  return `${room} ${Buffer.from(nonce).toString('base64')}`;
}
