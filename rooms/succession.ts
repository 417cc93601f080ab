import type { Arrival } from './arrival.js';
import { roles } from './grants.js';
import type { Later } from './later.js';
import type { Participant } from './participant.js';
import type { Room } from './room.js';

/** How long a room is without a moderator before another one is made, in ms: the former one may come back. */
const successionMs = 60_000;

/**
 * Where FIRST_IS_MODERATOR is set: the first participant of a room moderates it, and when its last moderator has left, the participant
 * that has been there longest does. Those with a token have what their token says.
 */
export class Succession {
  readonly #room: Room;
  readonly #later: Later;
  readonly #changed: () => void;
  #stop: (() => void) | undefined;
  #dueAt: number | undefined;

  /** @param changed called when `dueAt` is another one */
  constructor(room: Room, later: Later, changed: () => void) {
    this.#room = room;
    this.#later = later;
    this.#changed = changed;
  }

  /** When another moderator is made unless one comes, in ms since 1970. */
  get dueAt(): number | undefined {
    return this.#dueAt;
  }

  /** The arrival with the grants of a moderator, if it is the first and has no token. */
  asFirst(arrival: Arrival): Arrival {
    const { bearer, grants } = arrival;
    const isFirst = [...this.#room.everybody].length === 0;
    return isFirst && bearer.claims === undefined ? { ...arrival, grants: { ...grants, ...roles.MODERATOR } } : arrival;
  }

  left({ grants }: Participant): void {
    if (!grants.roomAdmin || this.#hasModerator()) return;
    this.restore(this.#room.now() + successionMs);
  }

  /** Waits until then. */
  restore(dueAt: number): void {
    this.#stop?.();
    this.#dueAt = dueAt;
    this.#changed();
    this.#stop = this.#later(Math.max(0, dueAt - this.#room.now()), () => {
      this.#dueAt = undefined;
      this.#changed();
      if (this.#room.closed || this.#hasModerator()) return;
      const next = [...this.#room.participants].find(({ bearer }) => bearer.claims === undefined);
      next?.setGrants({ ...next.grants, ...roles.MODERATOR });
    });
  }

  stop(): void {
    this.#stop?.();
  }

  #hasModerator(): boolean {
    return [...this.#room.everybody].some((participant) => participant.grants.roomAdmin);
  }
}
