import { ClusterError } from './cluster-error.js';
import type { Moves } from './moves.js';
import type { OwnedRooms } from './owned-rooms.js';

export interface BringingContext {
  readonly nodeId: string;
  readonly owned: Pick<OwnedRooms, 'own'>;
  readonly moves: Pick<Moves, 'move'>;
}

/** Rooms of other nodes that this one asks for, since somebody wants to come in whose protocol lives in one process. */
export class Bringing {
  readonly #context: BringingContext;
  readonly #running = new Map<string, Promise<void>>();

  constructor(context: BringingContext) {
    this.#context = context;
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

  async #bring(name: string): Promise<void> {
    const { nodeId, owned, moves } = this.#context;
    try {
      await moves.move(name, nodeId);
    } catch (error) {
      // It stays where it is, or it has closed: the claim says so.
      if (!(error instanceof ClusterError) || error.code === 'AWAY') throw error;
    }
    await owned.own(name);
  }
}
