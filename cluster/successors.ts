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

/** A node that may take rooms. */
export interface Candidate {
  readonly id: string;
  readonly facts: Pick<NodeFacts, 'oldest' | 'newest'> & { readonly media: ReadonlySet<string> };
}

/**
 * Which of these nodes can go on with a room, the first one first. All nodes find the same order. A node that cannot read the journal cannot
 * go on; one that does not reach the media servers can, if there is no other one.
 */
export function successorsOf(room: RoomNeeds, nodes: readonly Candidate[]): string[] {
  const near = reachingOf(room, nodes);
  return near.length > 0 ? near : byRendezvous(room.hash, readersOf(room, nodes).map(idOf));
}

/** Those of them that reach all its media servers. */
export function reachingOf(room: RoomNeeds, nodes: readonly Candidate[]): string[] {
  const near = readersOf(room, nodes).filter(({ facts }) => room.media.every((url) => facts.media.has(url)));
  return byRendezvous(room.hash, near.map(idOf));
}

function readersOf({ version }: RoomNeeds, nodes: readonly Candidate[]): readonly Candidate[] {
  return nodes.filter(({ facts }) => facts.oldest <= version && version <= facts.newest);
}

function idOf({ id }: Candidate): string {
  return id;
}

/** The field of the state in which an owner says which media servers a room uses: URLs with a space between. */
export function mediaIn(field: string | null | undefined): string[] {
  return (field ?? '').split(' ').filter((url) => url !== '');
}
