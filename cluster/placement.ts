import type { Clock } from './clock.js';
import type { NodeFacts, NodeState } from './node-facts.js';
import type { Peer } from './peers.js';

export interface PlacementContext {
  readonly nodeId: string;
  /** NODE_REGION */
  readonly region: string;
  /** PLACEMENT_SLACK */
  readonly slack: number;
  readonly clock: Pick<Clock, 'now'>;
  readonly membership: {
    readonly state: NodeState;
    readonly peers: { readonly alive: readonly Peer[] };
  };
  /** What this node has now. */
  readonly own: () => Pick<NodeFacts, 'rooms' | 'sockets'>;
  /** The version in which rooms are begun now. */
  readonly writes: () => number;
}

/** A node that takes new rooms. */
interface AbleNode {
  readonly id: string;
  readonly region: string;
  readonly load: number;
}

/** A node with less than this is never over its share: few rooms say nothing. */
const littleLoad = 16;
/** How long it may take until what a node says of itself has the rooms that it was asked to open, in ms. */
const heardAfterMs = 2_000;

/** At which node new rooms are opened: where the first client comes, until that node has more than its share. */
export class Placement {
  readonly #context: PlacementContext;
  /** Rooms that others were asked to open a short time ago. */
  readonly #asked = new Map<string, { count: number; since: number }>();

  constructor(context: PlacementContext) {
    this.#context = context;
  }

  /**
   * The id of the node that is to open a new room.
   * @param wasAsked another node was asked for this room, and has not opened it
   */
  nodeFor(wasAsked: boolean): string {
    const { nodeId, region, membership } = this.#context;
    if (membership.state !== 'draining') return wasAsked ? nodeId : (this.relief() ?? nodeId);
    const others = this.#able();
    const ofRegion = others.filter(({ region: where }) => where === region);
    return this.#leastOf(ofRegion.length > 0 ? ofRegion : others) ?? nodeId;
  }

  /** When this node has more than its share: the id of the one that is to have a room in its place. */
  relief(): string | undefined {
    const { region, slack, own } = this.#context;
    const ofRegion = this.#able().filter(({ region: where }) => where === region);
    const load = loadOf(own());
    const mean = (load + sum(ofRegion.map((node) => node.load))) / (ofRegion.length + 1);
    return load < littleLoad || load <= slack * mean ? undefined : this.#leastOf(ofRegion);
  }

  #leastOf(nodes: readonly AbleNode[]): string | undefined {
    const [first, ...others] = nodes;
    if (!first) return undefined;
    const { id } = others.reduce((one, other) => (other.load < one.load ? other : one), first);
    this.#noteAsked(id);
    return id;
  }

  /** Nodes that take new rooms. */
  #able(): AbleNode[] {
    const { membership, writes } = this.#context;
    const version = writes();
    return membership.peers.alive.flatMap(({ id, facts }) => {
      const reads = facts.oldest <= version && version <= facts.newest;
      return facts.state === 'up' && reads
        ? [{ id, region: facts.region, load: loadOf(facts) + this.#askedOf(id) }]
        : [];
    });
  }

  #askedOf(id: string): number {
    const asked = this.#asked.get(id);
    if (!asked) return 0;
    if (this.#context.clock.now() - asked.since < heardAfterMs) return asked.count;
    this.#asked.delete(id);
    return 0;
  }

  #noteAsked(id: string): void {
    const count = this.#askedOf(id) + 1;
    const since = this.#asked.get(id)?.since ?? this.#context.clock.now();
    this.#asked.set(id, { count, since });
  }
}

/** Sessions and their rooms are work, and so are connections. */
function loadOf({ rooms, sockets }: Pick<NodeFacts, 'rooms' | 'sockets'>): number {
  return rooms + sockets;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
