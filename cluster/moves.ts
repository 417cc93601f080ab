import { ClusterError } from './cluster-error.js';
import type { Clock } from './clock.js';
import type { HandOvers } from './hand-overs.js';
import { roomHash } from './names.js';
import type { Peer } from './peers.js';
import type { Post } from './relay/post.js';
import type { RoomStore } from './room-store.js';

export interface MovesContext {
  readonly nodeId: string;
  /** For people. */
  readonly nodeName: string;
  readonly peers: { readonly alive: readonly Peer[] };
  readonly store: Pick<RoomStore, 'ownerOf'>;
  readonly post: Pick<Post, 'send'>;
  readonly handOvers: Pick<HandOvers, 'move'>;
  readonly clock: Pick<Clock, 'now' | 'later'>;
}

/** How long an owner may take to give a room away, in ms: what is being served in it has 5 s. */
const patienceMs = 8_000;
const lookEveryMs = 50;

/** Rooms that an administrator moves from one node to another, asking any node. */
export class Moves {
  readonly #context: MovesContext;

  constructor(context: MovesContext) {
    this.#context = context;
  }

  /**
   * @param name key of the room
   * @param to id or name of the node that is to own it. Default: another one than now
   * @returns the id of the node that owns it then
   * @throws ClusterError GONE when there is no such room, ABSENT when it cannot be moved there, AWAY when its owner or Redis does not answer
   */
  async move(name: string, to?: string): Promise<string> {
    const { nodeId, store, handOvers } = this.#context;
    const hash = roomHash(name);
    const next = to === undefined ? undefined : this.#nodeNamed(to);
    const owner = await store.ownerOf(hash);
    if (!owner) throw new ClusterError('GONE', `there is no room "${name}"`);
    if (owner.node === next) return owner.node;
    if (owner.node === nodeId) return handOvers.move(name, next);
    return this.#askFor(hash, owner.node, next);
  }

  /** @throws ClusterError ABSENT */
  #nodeNamed(text: string): string {
    const { nodeId, nodeName, peers } = this.#context;
    const all = [{ id: nodeId, facts: { name: nodeName } }, ...peers.alive];
    const found = all.filter(({ id, facts }) => id === text || facts.name === text);
    const [first] = found;
    if (first && found.length === 1) return first.id;
    throw new ClusterError('ABSENT', `${found.length === 0 ? 'no node is' : 'several nodes are'} called "${text}"`);
  }

  /** The owner does not answer: Redis says when it has done so. */
  async #askFor(hash: string, owner: string, next: string | undefined): Promise<string> {
    const { store, post, clock } = this.#context;
    post.send(owner, { v: 1, r: hash, t: 'wanted', ...(next !== undefined && { by: next }) });
    const end = clock.now() + patienceMs;
    while (clock.now() < end) {
      await new Promise<void>((resolve) => void clock.later(lookEveryMs, resolve));
      const present = await store.ownerOf(hash);
      if (!present) throw new ClusterError('GONE', 'the room has closed');
      if (present.node !== owner) return present.node;
    }
    throw new ClusterError('ABSENT', 'its owner has not given the room away; the log of that node says why');
  }
}
