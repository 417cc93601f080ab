import type { Log } from '../log.js';
import { AtOnce } from './at-once.js';
import { ClusterError } from './cluster-error.js';
import type { OwnedRooms } from './owned-rooms.js';
import type { OwnedRoom } from './owned-room.js';
import { roomHash } from './names.js';
import type { Peer } from './peers.js';
import { mediaIn, reachingOf, successorsOf } from './successors.js';
import type { RoomNeeds } from './successors.js';

export interface HandOversContext {
  readonly owned: Pick<OwnedRooms, 'all' | 'find' | 'handOver' | 'ownGiven'>;
  readonly peers: { readonly alive: readonly Peer[] };
  readonly log: Log;
  /** Whether all clients of a room can go on at another node. */
  readonly canMove: (room: string) => boolean;
}

/** Rooms that are given away at a time. */
const mostAtOnce = 8;

/** Rooms of this node that other nodes are given while all goes on. */
export class HandOvers {
  readonly #context: HandOversContext;
  readonly #atOnce = new AtOnce(mostAtOnce);

  constructor(context: HandOversContext) {
    this.#context = context;
  }

  /** Whether there is a node to give rooms to. */
  get arePossible(): boolean {
    return this.#up.length > 0;
  }

  /** Another node has asked for a room. It sees by itself whether it is the owner then. Never rejects. */
  async give(hash: string, to: string | undefined): Promise<void> {
    const { owned, log } = this.#context;
    try {
      // It may have been given to this node just now.
      await this.move((await owned.ownGiven(hash)).name, to);
    } catch (error) {
      log.warn('A room was not given to another node', { hash, node: to, error: String(error) });
    }
  }

  /**
   * Gives a room of this node to another one.
   * @param to default: the first one that can go on with it
   * @returns the id of its owner from now on. @throws ClusterError ABSENT when there is none such; the room stays. FENCED, ELSEWHERE, GONE
   */
  async move(name: string, to?: string): Promise<string> {
    const { owned, canMove } = this.#context;
    const room = owned.find(name) ?? (await owned.ownGiven(roomHash(name)));
    if (!canMove(name))
      throw new ClusterError('ABSENT', `room "${name}" has clients that cannot go on at another node`);
    const able = this.#successors(room);
    const next = to ?? able[0];
    if (next === undefined || !able.includes(next)) {
      throw new ClusterError('ABSENT', `there is no ${to === undefined ? 'node' : 'such node'} for room "${name}"`);
    }
    return this.#atOnce.run(async () => {
      if (!(await owned.handOver(name, next, () => canMove(name))))
        throw new ClusterError('GONE', `room "${name}" has closed`);
      return next;
    });
  }

  /** Gives all rooms away. Resolves when none is left, or when those that are left stay. Never rejects. */
  async giveAll(): Promise<void> {
    const { owned } = this.#context;
    const refused = new Set<string>();
    for (;;) {
      // More may come meanwhile.
      const names = [...owned.all].map(({ name }) => name).filter((name) => !refused.has(name));
      if (names.length === 0) return;
      await Promise.all(names.map(async (name) => (await this.#giveToAny(name)) || refused.add(name)));
    }
  }

  /**
   * A media server is out of reach here. Gives the rooms that use it to nodes that reach it, as far as there are such: others stay. Never
   * rejects.
   */
  async giveUsersOf(mediaServer: string): Promise<void> {
    const { owned, log } = this.#context;
    const rooms = [...owned.all].filter((room) => needsOf(room).media.includes(mediaServer));
    await Promise.all(
      rooms.map(async (room) => {
        const [to] = reachingOf(needsOf(room), this.#up);
        if (to === undefined || owned.find(room.name) !== room) return;
        await this.move(room.name, to).catch((error: unknown) => {
          log.warn('A room stays that another node could go on with', {
            room: room.name,
            node: to,
            error: String(error),
          });
        });
      }),
    );
  }

  /** @returns false when it stays, or has closed */
  async #giveToAny(name: string): Promise<boolean> {
    const { owned, log } = this.#context;
    const room = owned.find(name);
    for (const to of room ? this.#successors(room) : []) {
      try {
        await this.move(name, to);
        return true;
      } catch (error) {
        log.debug('A room was not given to another node', { room: name, node: to, error: String(error) });
      }
    }
    return false;
  }

  #successors(room: OwnedRoom): string[] {
    return successorsOf(needsOf(room), this.#up);
  }

  get #up(): Peer[] {
    return this.#context.peers.alive.filter(({ facts }) => facts.state === 'up');
  }
}

function needsOf({ hash, journal }: OwnedRoom): RoomNeeds {
  return { hash, version: journal.version, media: mediaIn(journal.kept('media')) };
}
