import type { ClusterFace, RelayDialect } from '../cluster/port.js';
import type { Dialect, DialectContext, RoomOwners } from '../dialects/dialect.js';
import type { MediaEngine } from '../media/port.js';
import type { Move } from '../rest/cluster.js';
import type { Health, Readiness } from '../rest/health.js';
import { unreachable } from '../rest/other-nodes.js';
import type { OtherNodes } from '../rest/other-nodes.js';
import { Problem } from '../rest/problem.js';
import { RoomError, roomKey } from '../rooms/index.js';
import type { ComeBack, Journal, RecordOf, Rooms, RoomsOptions } from '../rooms/index.js';
import type { Doors } from '../transport/doors.js';
import type { PassingOptions } from '../transport/tunnel/tunnel.js';

/** What the server has once it is put together. */
export interface ServedRooms {
  readonly rooms: Rooms;
  readonly recordOf: RecordOf;
  readonly comeBack: ComeBack;
  /** The dialects whose sessions run at the owner of their room. */
  readonly relayed: RelayDialect;
  /** Whether all clients of a room can go on at another node. */
  readonly canMove: (room: string) => boolean;
  readonly doors: Pick<Doors, 'connections' | 'sendAway' | 'sendAllAway' | 'nodeLost'>;
  /** Called with what is kept of a room that another node may have had, before that is restored. */
  readonly keptOf: (room: string, fields: ReadonlyMap<string, string>) => void;
  /** Answers a request about a room of this node that another node passes on. */
  readonly answer: (request: string) => Promise<string>;
}

/** Forms in which rooms are kept in Redis, as numbers. */
export interface JournalVersions {
  readonly oldest: number;
  readonly newest: number;
}

/** The rooms of a server that is one of several nodes (src/cluster.ts). */
export interface NodeRooms {
  /** For these rooms: what another node may go on with is not released too early. */
  readonly engine: MediaEngine;
  readonly journal: Journal;
  /** For dialects: clients of this node, and sessions that may be anywhere. */
  readonly face: ClusterFace;
  /** For doors: clients that another node serves. */
  readonly passing: PassingOptions;
  /** As `RoomsOptions.fetch`, but it rejects with an error of the cluster. */
  fetch(room: string): Promise<void> | undefined;
  /** Resolves when this node owns a room that another one has owned. Rejects with an error of the cluster. */
  bring(room: string): Promise<void>;
  /** For REST, but it rejects with errors of the cluster. */
  readonly others: OtherNodes;
  /** Called once, before the server listens. Resolves when the rooms are here that a dead node has left to this one. */
  begin(served: ServedRooms): Promise<void>;
  /** Resolves when what has changed in a room in this turn is kept. Rejects with an error of the cluster. */
  committed(room: string): Promise<void>;
  /** Runs something once what has changed in a room in this turn is kept. Never when the room was lost. */
  after(room: string, effect: () => void): void;
  /** As `Move`, of the key of a room. Rejects with an error of the cluster. */
  move(room: string, node: string | undefined): Promise<string>;
  /** How far a room is written down: a term of its owner, and a number in it. Undefined: it is not written down here. */
  positionOf(room: string): { readonly epoch: number; readonly seq: number } | undefined;
  readonly health: NonNullable<Health['node']>;
  /** Whether clients should be sent here. */
  readonly readiness: Readiness;
  /** The rooms have been closed. Resolves when everybody could be told, and Redis has nothing of them any more. */
  closed(): Promise<void>;
  /** Takes no new rooms from now on. Resolves with false when no other node is there to take them: then it goes on doing so. */
  drain(): Promise<boolean>;
  /**
   * Gives the rooms to other nodes, as far as they take them: all goes on in them, and nobody is told. Clients of protocols that cannot go
   * on have left, and connect anew with another node.
   */
  giveRooms(): Promise<void>;
  /** Leaves the rooms to other nodes, or to the next process of the server. Nobody is told. */
  leave(): Promise<void>;
  /** Gives everything back. Rooms that are not left have been closed before. */
  stop(): Promise<void>;
}

/**
 * Rooms that are where this node says.
 * @param needsRoomHere whether a participant of this dialect can only be in rooms of this node, which are brought here then
 */
export function fetchFrom(
  node: NodeRooms,
  needsRoomHere: (dialect: string) => boolean,
): NonNullable<RoomsOptions['fetch']> {
  const isBrought = (dialect: string | undefined, error: unknown): boolean =>
    dialect !== undefined && codeOf(error) === 'ELSEWHERE' && needsRoomHere(dialect);
  return (name, dialect) =>
    node
      .fetch(name)
      ?.catch((error: unknown) => {
        if (!isBrought(dialect, error)) throw error;
        return node.bring(name);
      })
      .catch((error: unknown) => refuse(error, name));
}

/** Resolves when what has changed in a room in this turn is kept. @throws RoomError */
export function keptBy(node: NodeRooms): (name: string) => Promise<void> {
  return (name) => node.committed(roomKey(name)).catch((error: unknown) => refuse(error, name));
}

/** The other nodes as REST needs them. */
export function othersOf({ others }: NodeRooms): OtherNodes {
  return {
    get isUp() {
      return others.isUp;
    },
    nodes: () => others.nodes(),
    get figures() {
      return others.figures;
    },
    rooms: () => others.rooms().catch(refuseAsUnreachable),
    ask: (room, request) => others.ask(room, request).catch(refuseAsUnreachable),
  };
}

/** For dialects that list rooms to their clients. */
export function elsewhereOf({ others }: NodeRooms): NonNullable<DialectContext['elsewhere']> {
  return () => others.rooms().catch(() => []);
}

/** Before what a dialect passes on comes its name: requests of REST are JSON. */
const nameEnd = '\n';

/** For a dialect whose requests about rooms come to any node. */
export function ownersOf(node: NodeRooms, dialect: string): RoomOwners {
  const { others } = node;
  return {
    get isUp() {
      return others.isUp;
    },
    ask: (room, request) =>
      others.ask(room, `${dialect}${nameEnd}${request}`).catch((error: unknown) => {
        if (codeOf(error) !== 'UNREACHABLE') return refuse(error, room);
        const message = `Room "${room}" cannot be reached: ${(error as Error).message}`;
        throw new RoomError('interrupted', message, { retry: true, cause: error });
      }),
    kept: keptBy(node),
  };
}

/** Answers what other nodes pass on: a dialect, or else REST. */
export function answerOf(
  dialects: readonly Pick<Dialect, 'name' | 'answerAsOwner'>[],
  rest: (request: string) => Promise<string>,
): (request: string) => Promise<string> {
  return async (request) => {
    const end = request.startsWith('{') ? -1 : request.indexOf(nameEnd);
    if (end < 0) return rest(request);
    const dialect = dialects.find(({ name }) => name === request.slice(0, end));
    if (!dialect?.answerAsOwner) throw new Error('no dialect answers that here');
    return dialect.answerAsOwner(request.slice(end + nameEnd.length));
  };
}

function refuseAsUnreachable(error: unknown): never {
  const code = codeOf(error);
  if (code === 'AWAY') throw unreachable('Redis does not answer');
  if (code === 'UNREACHABLE') throw unreachable(`The room cannot be reached: ${(error as Error).message}`);
  throw error;
}

/** An error of the cluster in the words of rooms. */
function refuse(error: unknown, name: string): never {
  const code = codeOf(error);
  if (code === 'ELSEWHERE' || code === 'FENCED') {
    throw new RoomError('interrupted', `Room "${name}" is on another node`, { retry: true, cause: error });
  }
  if (code === 'LEAVING') {
    throw new RoomError('room-refused', `Room "${name}" is to be opened at another node`, {
      retry: true,
      cause: error,
    });
  }
  if (code !== 'AWAY' && code !== 'VERSION') throw error;
  throw new RoomError('room-refused', `Nobody can say now where room "${name}" is`, { retry: true, cause: error });
}

/** Moves rooms over the nodes of a cluster. */
export function movedBy(node: NodeRooms): Move {
  return (room, to) =>
    node.move(roomKey(room), to).catch((error: unknown) => {
      const code = codeOf(error);
      if (code === 'AWAY') throw unreachable('Redis does not answer');
      if (!(error instanceof Error) || typeof code !== 'string') throw error;
      throw new Problem(code === 'GONE' ? 'room-not-found' : 'conflict', error.message);
    });
}

/** An error of the cluster is known by its code, since its class is loaded with REDIS_URL alone. */
function codeOf(error: unknown): unknown {
  return error instanceof Error ? Reflect.get(error, 'code') : undefined;
}

/** Gives each client to the dialect that it speaks. */
export function relayedBy(dialects: readonly Dialect[]): RelayDialect {
  return {
    begin: (client, arrival) => {
      const relayed = dialects.find(({ name }) => name === arrival.dialect)?.relayed;
      if (!relayed) throw new Error(`${arrival.dialect} does not have its sessions at the owner of their room`);
      return relayed.begin(client, arrival);
    },
  };
}
