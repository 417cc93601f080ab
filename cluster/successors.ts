import type { NodeFacts } from './node-facts.js';
import { byRendezvous } from './rendezvous.js';

/** What a room asks of the node that owns it. */
export interface RoomNeeds {
  readonly hash: string;
  /** Of its journal. */
  readonly version: number;
  /** URLs of the media servers that it uses. */
  readonly media: readonly string[];
}

/** Rooms and connections. So few of them say nothing. */
const littleLoad = 16;

/** A node that may take rooms. */
export interface Candidate {
  readonly id: string;
  readonly facts: Pick<NodeFacts, 'oldest' | 'newest'> & { readonly media: ReadonlySet<string> };
  /** How large its share is. Default: as all. */
  readonly weight?: number;
}

/**
 * Which of these nodes can go on with a room, the first one first. All nodes find the same order. A node that cannot read the journal cannot
 * go on; one that does not reach the media servers can, if there is no other one.
 */
export function successorsOf(room: RoomNeeds, nodes: readonly Candidate[]): string[] {
  const near = reachingOf(room, nodes);
  return near.length > 0 ? near : inOrder(room, readersOf(room, nodes));
}

/** Those of them that reach all its media servers. */
export function reachingOf(room: RoomNeeds, nodes: readonly Candidate[]): string[] {
  const near = readersOf(room, nodes).filter(({ facts }) => room.media.every((url) => facts.media.has(url)));
  return inOrder(room, near);
}

/**
 * How large the share of each node is: a node that has more rooms and connections than the others is to take less. In eighths, since nodes
 * hear of each other once a second and are to find the same all the same.
 */
export function weightsOf(loads: readonly number[]): number[] {
  const mean = loads.reduce((sum, load) => sum + load, 0) / loads.length;
  return loads.map((load) => (mean < littleLoad ? 1 : Math.max(1, Math.round(8 / (1 + load / mean))) / 8));
}

function inOrder({ hash }: RoomNeeds, nodes: readonly Candidate[]): string[] {
  const weights = new Map(nodes.map(({ id, weight = 1 }) => [id, weight]));
  return byRendezvous(hash, [...weights.keys()], (id) => weights.get(id) ?? 1);
}

function readersOf({ version }: RoomNeeds, nodes: readonly Candidate[]): readonly Candidate[] {
  return nodes.filter(({ facts }) => facts.oldest <= version && version <= facts.newest);
}

/** The field of the state in which an owner says which media servers a room uses: URLs with a space between. */
export function mediaIn(field: string | null | undefined): string[] {
  return (field ?? '').split(' ').filter((url) => url !== '');
}
