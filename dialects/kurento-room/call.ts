import type { Participant } from '../../rooms/index.js';
import type { CustomRequest } from './custom-request.js';

/** One execution of a request. */
export interface Call {
  /** To be done in the turn in which the answer is sent, right after it; set when the request has succeeded. */
  afterwards: (() => void) | undefined;
}

/** One execution of a request of a session. */
export interface SessionCall extends Call {
  readonly session: CallingSession;
  /** The handler that is configured. */
  readonly customRequest: CustomRequest;
}

/** What requests may do with the session that sent them. */
export interface CallingSession {
  /** Made when first asked for. */
  readonly id: string;
  /** @throws RoomError `participant-not-found` when the session is in no room */
  readonly participant: Participant;
  /** Whether the client asked for data channels when it joined. */
  readonly dataChannels: boolean;
  isNamed(id: unknown): boolean;
  /**
   * @param entered called when the participant has come into the room: those that are there by then are not announced to it, and those
   *   that come later are
   * @throws RoomError `participant-exists` when the session is in a room already; rejects as `Rooms.join`
   */
  join(
    room: string,
    user: string,
    dataChannels: boolean,
    entered: (participant: Participant) => void,
  ): Promise<unknown>;
  /**
   * Leaves the room; the connection is closed unless the client goes on using it
   * (docs/protocols/kurento-room.md#38-leaveroom).
   */
  leave(): void;
  /**
   * The id becomes unknown; the next request that needs one gets another
   * (docs/protocols/kurento-room.md#16-what-happens-when-the-socket-drops).
   */
  forgetId(): void;
}

/** One execution of a request about the connection. */
export interface ConnectionCall extends Call {
  readonly link: CallingLink;
  /** The OpenRPC document of this protocol. */
  readonly document: () => Readonly<Record<string, unknown>> & { readonly openrpc: string };
}

/** What requests may do with the connection that they came by. */
export interface CallingLink {
  /** The session of this connection; made when first asked for. */
  readonly session: CallingSession;
  /** The session of this connection, if there is one yet. */
  readonly present: CallingSession | undefined;
  /**
   * A ping came: from the first one on, the client must go on sending them (docs/protocols/kurento-room.md#14-ping).
   */
  watch(intervalMs: number | undefined): void;
  /**
   * Goes on with an existing session on this connection; the former connection of the session is closed
   * (docs/protocols/kurento-room.md#15-connect-closesession).
   * @throws ProtocolError 40007 when there is no session of that id
   */
  resume(sessionId: string): ResumedSession;
  /** Ends the session, if there is one; nothing more is taken from this connection. */
  endSession(): void;
  close(reason: string): void;
}

export interface ResumedSession {
  readonly id: string;
  /** Sends what the client missed: to be called after the answer. Undefined when the session was on this connection already. */
  readonly sendMissed: (() => void) | undefined;
}
