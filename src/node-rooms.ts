import type { ClusterFace, RelayDialect } from '../cluster/port.js';
import type { MediaEngine } from '../media/port.js';
import type { Health } from '../rest/health.js';
import type { ComeBack, Journal, RecordOf, Rooms, RoomsOptions } from '../rooms/index.js';

/** What the server has once it is put together. */
export interface ServedRooms {
  readonly rooms: Rooms;
  readonly recordOf: RecordOf;
  readonly comeBack: ComeBack;
  /** The dialect whose sessions run at the owner of their room. */
  readonly relayed: RelayDialect | undefined;
  /** Clients that are connected now. */
  readonly connections: () => number;
}

/** The rooms of a server that is one of several nodes (src/cluster.ts). */
export interface NodeRooms {
  /** For these rooms: what another node may go on with is not released too early. */
  readonly engine: MediaEngine;
  readonly journal: Journal;
  /** For dialects: clients of this node, and sessions that may be anywhere. */
  readonly face: ClusterFace;
  readonly fetch: NonNullable<RoomsOptions['fetch']>;
  /** Called once, before the server listens. Resolves when the rooms are here that a dead node has left to this one. */
  begin(served: ServedRooms): Promise<void>;
  /** Resolves when what has changed in a room in this turn is kept. @throws RoomError when another node owns the room now */
  committed(room: string): Promise<void>;
  readonly health: NonNullable<Health['node']>;
  /** Whether clients should be sent here. */
  readonly isReady: boolean;
  /** Leaves the rooms to other nodes, or to the next process of the server. Nobody is told. */
  leave(): Promise<void>;
  /** Gives everything back. Rooms that are not left have been closed before. */
  stop(): Promise<void>;
}
