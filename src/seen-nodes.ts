import type { Asks } from '../cluster/asks.js';
import { systemClock } from '../cluster/clock.js';
import type { ClusterNode } from '../cluster/node.js';
import type { NodeFacts } from '../cluster/node-facts.js';
import type { OwnedRooms } from '../cluster/owned-rooms.js';
import type { Log } from '../log.js';
import { listedRoomSchema } from '../rest/listed-room.js';
import type { ListedRoom } from '../rest/listed-room.js';
import type { NodeFigures, OtherNodes } from '../rest/other-nodes.js';

type SeenNode = Pick<ClusterNode, 'id' | 'rooms' | 'membership' | 'counts' | 'journals'>;
type Nodes = ReturnType<OtherNodes['nodes']>['nodes'];

/** What REST shows of the cluster. It rejects with errors of the cluster. */
export class SeenNodes implements OtherNodes {
  readonly #node: SeenNode;
  readonly #dropped: () => number;
  readonly #asks: Pick<Asks, 'ask'>;
  readonly #owned: Pick<OwnedRooms, 'all'>;
  readonly #log: Log;
  /** What was read last, since many may ask within the second for which Redis is not asked again. */
  #read: { readonly of: ReadonlyMap<string, string>; readonly rooms: ReadonlyMap<string, ListedRoom> } | undefined;

  constructor(
    node: SeenNode,
    dropped: () => number,
    asks: Pick<Asks, 'ask'>,
    owned: Pick<OwnedRooms, 'all'>,
    log: Log,
  ) {
    this.#node = node;
    this.#dropped = dropped;
    this.#asks = asks;
    this.#owned = owned;
    this.#log = log;
  }

  async rooms(): Promise<readonly ListedRoom[]> {
    const summaries = await this.#node.rooms.summaries();
    if (this.#read?.of !== summaries) this.#read = { of: summaries, rooms: this.#parsed(summaries) };
    const own = new Set([...this.#owned.all].map(({ hash }) => hash));
    // What this node has closed meanwhile is in the parsed ones alone.
    return [...this.#read.rooms].flatMap(([hash, room]) => (own.has(hash) || !summaries.has(hash) ? [] : [room]));
  }

  get isUp(): boolean {
    return this.#node.membership.state !== 'frozen';
  }

  async ask(room: string, request: string): Promise<string | undefined> {
    return this.#asks.ask(room, request);
  }

  get figures(): NodeFigures {
    const { counts, journals } = this.#node;
    const { framesRelayed, resent, gaps, fenced, takeovers, commits, takeoverTimes } = counts;
    return {
      ...{ framesRelayed, resent, gaps, fenced, takeovers, commits, takeoverTimes },
      frozenSeconds: counts.frozenMs(systemClock.now()) / 1_000,
      rooms: [...this.#owned.all].length,
      logBytes: journals.logBytes,
      droppedMessages: this.#dropped(),
    };
  }

  nodes(): ReturnType<OtherNodes['nodes']> {
    const { id, membership } = this.#node;
    const own = membership.facts;
    const others = membership.peers.all.map((peer) =>
      nodeOf(peer.id, peer.facts, peer.isDead ? 'dead' : peer.facts.state),
    );
    return { nodes: [...(own ? [nodeOf(id, own, membership.state)] : []), ...others] };
  }

  #parsed(summaries: ReadonlyMap<string, string>): ReadonlyMap<string, ListedRoom> {
    const rooms = new Map<string, ListedRoom>();
    for (const [hash, text] of summaries) {
      const { data } = listedRoomSchema.safeParse(jsonIn(text));
      if (data) rooms.set(hash, data);
      else this.#log.debug('What another node lists of a room cannot be read', { hash });
    }
    return rooms;
  }
}

function nodeOf(
  id: string,
  { name, region, version, rooms, sockets, lag, media }: NodeFacts,
  state: Nodes[number]['state'],
): Nodes[number] {
  return { id, name, region, version, state, rooms, sockets, lagMs: lag, mediaServers: [...media] };
}

/** Undefined for what is no JSON. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
