import type { Log } from '../log.js';
import type { Clock } from './clock.js';
import { ClusterError } from './cluster-error.js';
import type { HandOvers } from './hand-overs.js';
import type { Moves } from './moves.js';
import type { OwnedRooms } from './owned-rooms.js';
import type { Placement } from './placement.js';

export interface BringingContext {
  readonly nodeId: string;
  readonly owned: Pick<OwnedRooms, 'own' | 'find'>;
  readonly moves: Pick<Moves, 'move'>;
  readonly handOvers: Pick<HandOvers, 'move'>;
  readonly placement: Pick<Placement, 'relief'>;
  /** Whether all clients of a room can go on at another node. */
  readonly canMove: (room: string) => boolean;
  readonly clock: Pick<Clock, 'later'>;
  readonly log: Log;
}

/** How often it is looked at which rooms need not be here any more, in ms. */
const lookEveryMs = 1_000;

/**
 * Rooms of other nodes that this one asks for, since somebody wants to come in whose protocol lives in one process. When the last of them
 * has left, and this node has more than its share, the room goes elsewhere again.
 */
export class Bringing {
  readonly #context: BringingContext;
  readonly #running = new Map<string, Promise<void>>();
  readonly #brought = new Set<string>();
  #hasClosed = false;
  #stopLook: () => void;

  constructor(context: BringingContext) {
    this.#context = context;
    this.#stopLook = context.clock.later(lookEveryMs, this.#look);
  }

  /**
   * Resolves when this node owns the room, and all in it goes on here.
   * @throws ElsewhereError when its owner keeps it; ClusterError AWAY, VERSION
   */
  async bring(name: string): Promise<void> {
    const running = this.#running.get(name);
    if (running) return running;
    const bringing = this.#bring(name).finally(() => this.#running.delete(name));
    this.#running.set(name, bringing);
    return bringing;
  }

  close(): void {
    this.#hasClosed = true;
    this.#stopLook();
  }

  async #bring(name: string): Promise<void> {
    const { nodeId, owned, moves } = this.#context;
    try {
      await moves.move(name, nodeId);
    } catch (error) {
      // It stays where it is, or it has closed: the claim says so.
      if (!(error instanceof ClusterError) || error.code === 'AWAY') throw error;
    }
    await owned.own(name);
    this.#brought.add(name);
  }

  readonly #look = (): void => {
    void this.#sendBack().finally(() => {
      if (!this.#hasClosed) this.#stopLook = this.#context.clock.later(lookEveryMs, this.#look);
    });
  };

  /** Never rejects. */
  async #sendBack(): Promise<void> {
    const { owned, handOvers, placement, canMove, log } = this.#context;
    for (const name of this.#brought) {
      if (this.#running.has(name)) continue;
      if (!owned.find(name)) this.#brought.delete(name);
      else if (canMove(name)) {
        const to = placement.relief();
        if (to === undefined) return;
        await handOvers.move(name, to).catch((error: unknown) => {
          log.debug('A room that was brought stays', { room: name, node: to, error: String(error) });
        });
      }
    }
  }
}
