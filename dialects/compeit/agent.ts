import type { Participant, RoomEvent } from '../../rooms/index.js';
import type { Message } from './message.js';
import type { People } from './people.js';

/** Handles the messages of one `type`. To add an agent, write one file and list it in agents.ts. */
export interface Agent {
  readonly type: string;
  /** Called when a user connects. Each user has an attendance of its own. */
  attend(user: Attended): Attendance;
}

/** A user as an agent sees it. */
export interface Attended {
  readonly id: number;
  readonly people: People;
  /** The user's membership of a room; undefined while the user is in none. */
  readonly membership: Participant | undefined;
  /** @throws Refusal `not_in_room` */
  readonly participant: Participant;
  send(message: Message): void;
  /** For the log: a connection for media could not be made, or was lost for good. @param sender whose stream it is */
  connectionFailed(sender: number, pairs: string): void;
  /** Tells the user why a request was refused. */
  refuse(request: string, error: unknown, type: string, sender?: number): void;
}

/** What one agent does for one user. An error that a method throws goes to `Attended.refuse`. */
export interface Attendance {
  /** Handles a server_message of this type. */
  request?(data: unknown): void;
  /** The user sends a room_message of this type. @returns true when it is done; otherwise the room's users of this dialect get it */
  roomMessage?(data: unknown): boolean;
  /** The user sends a user_message of this type to `to`. @returns true when it is done; otherwise `to` gets it if it is of this dialect */
  userMessage?(to: Participant, data: unknown): boolean;
  /** What a message tells of the user's own stream, without anything else; undefined for other messages. */
  newsOf?(data: unknown): unknown;
  /** Called when the user has joined a room and was told who is there. */
  joined?(): void;
  /** Handles an event of the user's room that is not about membership or texts. Must not call back into the room. */
  told?(event: RoomEvent): void;
  /** Ends the agent's work: called before the user leaves the room, and when the user is removed from it. */
  stop?(): void;
}
