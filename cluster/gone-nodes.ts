import type { Clock } from './clock.js';

/** How long nobody has to own a room, in ms. By then another node has adopted what it had on media servers. */
const goneAfterMs = 10_000;
/** How long one is remembered, in ms. */
const knownMs = 3_600_000;

/** Nodes whose death this one has noticed, and what others have of them and of this one. */
export class GoneNodes {
  readonly #clock: Pick<Clock, 'now'>;
  /** When each was seen dead the last time: again each second while it owns rooms. */
  readonly #seenAt = new Map<string, number>();
  readonly #leaseMs: number;
  #upAt = Number.NEGATIVE_INFINITY;

  /** @param leaseMs how long a dead node counts as alive, in ms */
  constructor(clock: Pick<Clock, 'now'>, leaseMs: number) {
    this.#clock = clock;
    this.#leaseMs = leaseMs;
  }

  /** As `MembershipListener.dead`. */
  dead(id: string): void {
    const now = this.#clock.now();
    for (const [other, at] of this.#seenAt) if (now - at > knownMs) this.#seenAt.delete(other);
    this.#seenAt.set(id, now);
  }

  /** This node is up again: it has not looked meanwhile. */
  up(): void {
    this.#upAt = this.#clock.now();
    for (const id of this.#seenAt.keys()) this.#seenAt.set(id, this.#upAt);
  }

  /** Whether the node was dead and owns nothing any more. One may have been alive all the same. */
  has(id: string): boolean {
    const at = this.#seenAt.get(id);
    return at !== undefined && this.#clock.now() - at >= goneAfterMs;
  }

  /**
   * Whether others have adopted by now what this node let go then, as far as they need it. The one that got the room may have died before
   * it did so, and then the next one has.
   */
  haveAdopted(since: number): boolean {
    return this.#clock.now() - Math.max(since, this.#upAt) >= this.#leaseMs + goneAfterMs;
  }
}
