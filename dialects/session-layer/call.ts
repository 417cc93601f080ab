/** One execution of a request. */
export interface Call {
  readonly sessions: NamedSessions;
  /** To be done in the turn in which the answer is sent, right after it; set when the request has succeeded. */
  afterwards: (() => void) | undefined;
}

/** All sessions that clients can name. */
export interface NamedSessions {
  has(id: string): boolean;
}

/** One execution of a request of a session. */
export interface SessionCall extends Call {
  /** Its `id` is made when first asked for. */
  readonly session: { readonly id: string };
}

/** One execution of a request about the connection. */
export interface ConnectionCall extends Call {
  readonly link: CallingLink;
}

/** What requests may do with the connection that they came by. */
export interface CallingLink {
  /** The id of the session of this connection; made when first asked for. */
  readonly sessionId: string;
  /** As `sessionId`; undefined when there is none yet. */
  readonly presentId: string | undefined;
  /** Whether the client is in a room, as far as that is known here. */
  readonly isIn: boolean;
  /** The client has so many messages of those that it was told. */
  acknowledged(received: number): void;
  /**
   * A ping came: from the first one on, the client must go on sending them (docs/protocols/kurento-room.md#14-ping).
   */
  watch(intervalMs: number | undefined): void;
  /**
   * Goes on with an existing session on this connection; the former connection of the session is closed
   * (docs/protocols/kurento-room.md#15-connect-closesession).
   * @param received how many messages the client has that it was told, if it counts them
   * @throws ProtocolError 40007 when there is no session of that id, or it has not kept what follows; or rejects with it
   */
  resume(sessionId: string, received: number | undefined): ResumedSession | Promise<ResumedSession>;
  /** Ends the session, if there is one; nothing more is taken from this connection. */
  endSession(): void;
  close(reason: string): void;
}

export interface ResumedSession {
  readonly id: string;
  /** JSON of the id of the last request that was answered, for a client that counts. */
  readonly lastRequest: string | undefined;
  /** Sends what the client missed: to be called after the answer. Undefined when the session was on this connection already. */
  readonly sendMissed: (() => void) | undefined;
}
