import type { Clock } from './clock.js';

/** How long a node has to be dead and own nothing, in ms. By then others have adopted what its rooms had on media servers. */
const goneAfterMs = 10_000;
/** How long one is remembered, in ms. */
const knownMs = 3_600_000;

/** Nodes whose death this one has noticed. */
export class GoneNodes {
  readonly #clock: Pick<Clock, 'now'>;
  /** When each was seen dead the last time: again each second while it owns rooms. */
  readonly #seenAt = new Map<string, number>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** As `MembershipListener.dead`. */
  dead(id: string): void {
    const now = this.#clock.now();
    for (const [other, at] of this.#seenAt) if (now - at > knownMs) this.#seenAt.delete(other);
    this.#seenAt.set(id, now);
  }

  /** This node is up again: it has not looked meanwhile. */
  up(): void {
    for (const id of this.#seenAt.keys()) this.#seenAt.set(id, this.#clock.now());
  }

  /** Whether the node was dead and owns nothing any more. One may have been alive all the same. */
  has(id: string): boolean {
    const at = this.#seenAt.get(id);
    return at !== undefined && this.#clock.now() - at >= goneAfterMs;
  }
}
