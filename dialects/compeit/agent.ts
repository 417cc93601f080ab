import type { Participant, RoomEvent } from '../../rooms/index.js';
import type { Message } from './message.js';
import type { People } from './people.js';

/** A family of messages, told apart by its `type`. To add one, write one file and list it in agents.ts. */
export interface Agent {
  readonly type: string;
  /** A user has come to the server; what is returned is hers alone. */
  attend(user: Attended): Attendance;
}

/** A user as an agent sees her. */
export interface Attended {
  readonly people: People;
  /** Her membership of a room; undefined while she is in none. */
  readonly membership: Participant | undefined;
  /** @throws Refusal `not_in_room` */
  readonly participant: Participant;
  send(message: Message): void;
  /** Tells her why something could not be done. */
  refuse(request: string, error: unknown, type: string, sender?: number): void;
}

/** What one agent does for one user. Each method may throw what `refuse` takes, and the user is told. */
export interface Attendance {
  /** A server_message of this type. */
  request?(data: unknown): void;
  /** She says something of this type to the room. @returns true when nothing is left to be done; else the members of this dialect get it */
  roomMessage?(data: unknown): boolean;
  /** She says something of this type to one in her room. @returns true when nothing is left to be done; else she gets it if she speaks this dialect */
  userMessage?(to: Participant, data: unknown): boolean;
  /** She has come into a room and knows who is there. */
  joined?(): void;
  /** Something happened in her room; must not call back into the room. Not for membership and texts. */
  told?(event: RoomEvent): void;
  /** Ends what she has going on: before she leaves the room, and once more when her membership is over. */
  stop?(): void;
}
