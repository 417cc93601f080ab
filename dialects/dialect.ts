import type { Log } from '../log.js';
import type { Rooms } from '../rooms/rooms.js';
import type { Doors } from '../transport/doors.js';
import type { SocketIoDoor } from '../transport/socket-io/door.js';
import type { RoomNames } from './room-names.js';

/** What a dialect is given. Its own settings come with its constructor. */
export interface Surroundings {
  readonly rooms: Rooms;
  /** What its names of rooms are called among all rooms: shared with the other dialects, or its own. */
  readonly names: RoomNames;
  /** The paths of the one HTTP server: WebSockets (`open`), and whatever else is spoken over HTTP (`mount`). */
  readonly doors: Doors;
  /** The one socket.io server, which several dialects share. */
  readonly socketIo: SocketIoDoor;
  /** Put before every path; empty, or begins with a slash. */
  readonly pathPrefix: string;
  readonly log: Log;
  /** The time in ms since 1970. */
  readonly now: () => number;
}

/** What a dialect says of itself to `/healthz` and `/metrics`. */
export interface DialectState {
  /** Clients that are connected. */
  readonly connections: number;
  /** Texts of other dialects that could not be delivered to a client of this one, since the start; undefined where its clients take any. */
  readonly undelivered?: number;
}

/**
 * A protocol spoken over rooms. A dialect keeps what only it knows (applications, presence, masters) beside the room, never in it; maps
 * every `RoomErrorCode` in one table; lets nothing that a client sends throw out of it; and bounds every queue it has.
 */
export interface Dialect {
  /** As it stands in `Attributes.dialect` of its participants. */
  readonly name: string;
  readonly state: DialectState;
  /** Opens its doors. Called once, before the server listens. */
  attach(surroundings: Surroundings): void;
  /**
   * Ends what clients have of it: called when the rooms are closed and everybody has been told, before the doors close. Releases what
   * it holds besides. Does nothing the second time.
   */
  close(): void | Promise<void>;
}
