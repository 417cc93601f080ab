import type { OwnedRoom } from './owned-room.js';
import type { Position } from './position.js';
import type { LoggedFrame, Owner } from './room-store.js';

/** Between the rooms that a node owns and their clients, wherever their sockets end. It hears what happens to these rooms. */
export interface RoomRelay {
  /** Ids of the sessions that this state holds. */
  sessionsIn(state: ReadonlyMap<string, string>): Iterable<string>;
  /** The journal is there; the room is not restored yet. */
  begun(room: OwnedRoom, state: ReadonlyMap<string, string>): void;
  /** The room was restored, in the same turn. */
  restored(room: OwnedRoom): void;
  /** Resolves when nothing is due any more to the clients of a room that is closed. Must not reject. */
  idle(room: OwnedRoom): Promise<void>;
  /** A commit is being gathered, which begins at this position: the last moment for what belongs into it. */
  gathering(room: OwnedRoom, from: Position): void;
  /** These entries leave the log with the commit that is being gathered. */
  trimming(room: OwnedRoom, frames: readonly LoggedFrame[]): void;
  /** As `JournalOwner.logLost`. */
  logLost(room: OwnedRoom, at: Position): void;
  /** What clients of the room send from now on waits. Resolves when nothing is being served for them any more. */
  pause(room: OwnedRoom): Promise<void>;
  /** The room stays, after `pause`. */
  goOn(room: OwnedRoom): void;
  /**
   * Closed, or owned by another node from now on.
   * @param next the owner, if this node gave it the room: it does not know yet
   */
  ended(room: OwnedRoom, why: 'closed' | 'fenced' | 'given', next?: Owner): void;
  /** Nobody heard a message to that node. */
  deaf(node: string): void;
}

/** Of a node whose clients are all its own. */
export const noRelay: RoomRelay = {
  sessionsIn: () => [],
  begun: () => undefined,
  restored: () => undefined,
  idle: () => Promise.resolve(),
  gathering: () => undefined,
  trimming: () => undefined,
  logLost: () => undefined,
  pause: () => Promise.resolve(),
  goOn: () => undefined,
  ended: () => undefined,
  deaf: () => undefined,
};
