/**
 * The port between a dialect and the nodes of a cluster, in the words of sockets and sessions. Types only.
 *
 * A client's socket ends at one node, its gateway. Its session runs at the node that owns its room. A *line* joins the two while the
 * client is in that room, or asks to come into it. Both ends may be in one process; a dialect cannot tell.
 */

/** A message of the protocol as it is on the wire. Equal messages to many clients are one object. */
export type WireFrame = Buffer;

/** A connection that nobody uses is closed after a while. */
export interface UnusedRule {
  readonly reason: string;
  /** Whether a ping is a use of it. */
  readonly isPingUse: boolean;
}

/** What the owner of a room needs to know of a client. */
export interface Arrival {
  /** The name of the protocol that it speaks. */
  readonly dialect: string;
  /** Of its session, as the client knows it. */
  readonly session: string;
  /** Its IP address. */
  readonly address: string;
  /** The token of the upgrade of its connection. */
  readonly token: string | undefined;
  /** NODE_REGION of its gateway, which adds it. Undefined: nowhere in particular. */
  readonly region?: string | undefined;
  /** Of the request with which the client came to its gateway (W3C Trace Context). */
  readonly traceparent?: string | undefined;
}

/** At the gateway: a client, as the lines see it. */
export interface LineClient {
  write(frame: WireFrame): void;
  /**
   * The session goes on with this client, and what it missed follows. For lines of `Gateway.attach`.
   * @param lastRequest as `RelaySession.lastRequest`
   */
  attached(lastRequest: string | undefined): void;
  /** There is no such session, or it has not kept what follows. For lines of `Gateway.attach`; the line is over. */
  unknown(unserved: readonly string[]): void;
  /**
   * The client is in no room any more, and the line is over.
   * @param unserved its messages that were not served
   * @param how whether the session may not be resumed, and why the connection is to be closed unless the client goes on using it
   */
  left(unserved: readonly string[], how: Departure): void;
  /** All its messages are served. */
  idle(): void;
  /** The connection is to be closed. */
  close(code: number, reason: string): void;
}

export interface Departure {
  /** The session cannot be resumed, not even on its own connection. */
  readonly evicted: boolean;
  /** The connection is to be closed unless the client uses it again. Undefined: it stays. */
  readonly unlessUsed: UnusedRule | undefined;
}

/** At the gateway: the way of one client to its session. */
export interface Line {
  /** Of the room, as `Gateway.open` was told; undefined for a line of `Gateway.attach`. */
  readonly room: string | undefined;
  /** Whether the client is in the room, as far as the gateway knows. */
  readonly isIn: boolean;
  /** How many messages are not served yet. */
  readonly unserved: number;
  /** Passes a message on. They are served in order, once each. @param withinMs so long it may wait for others to the same node */
  send(text: string, withinMs?: number): void;
  /** The client has gone. @param isOver its session ends at once; otherwise it has the grace time to come back */
  close(reason: string, isOver: boolean): void;
}

/** Sockets of this node, and sessions that may be anywhere. */
export interface Gateway {
  /** A line to the owner of a room, which this node becomes when there is none. */
  open(room: string, arrival: Arrival, client: LineClient): Line;
  /** A line to the session of that id, wherever it is. @param received how many messages the client has; undefined: it does not count */
  attach(arrival: Arrival, received: number | undefined, client: LineClient): Line;
}

/** At the owner of the room: a client, as its session sees it. */
export interface SessionClient {
  /** Its IP address. Empty where that of its former owner's client goes on. */
  readonly address: string;
  /** As `Arrival.region`; undefined also where that of its former owner's client goes on. */
  readonly region: string | undefined;
  readonly open: boolean;
  /** Whether everything is to be sent here, also while the client has no connection: it is kept for the client then. */
  readonly keeps: boolean;
  /**
   * Where the client `keeps`: told once the room's changes up to now are safe.
   * @param withinMs so long it may wait for other changes of the room
   */
  send(frame: WireFrame, withinMs?: number): void;
  /**
   * For what is worth nothing a moment later: told after all that was told before, and kept nowhere. It is no part of what a client counts.
   * While the client has no connection it is told nothing, and of several that wait it is told the last one.
   */
  pass(frame: WireFrame): void;
  close(code: number, reason: string): void;
  /** Closed a while later, unless the client goes on using the connection. */
  closeUnlessUsed(rule: UnusedRule): void;
  /** The client has come into the room. @param slot of its participant */
  entered(slot: number): void;
  /** The client is in no room any more, and was told so. The session is over. @param evicted as `Departure.evicted` */
  left(evicted: boolean): void;
}

/** At the owner of the room: a session of a dialect. */
export interface RelaySession {
  /** The name of its dialect. */
  readonly dialect: string;
  /** Empty when it has ended. */
  readonly id: string;
  /** Whether the client counts the messages that it is told. */
  readonly counts: boolean;
  /** Whether the client is in no room any more, and was told so: `SessionClient.left` follows once all is answered that was begun. */
  readonly isOver: boolean;
  /** Whether the client waits to be let in, and is told what becomes of that. The next owner of the room does not know that it waits. */
  readonly isWaiting: boolean;
  /** JSON of the id of the last request that was answered. */
  readonly lastRequest: string | undefined;
  /** JSON of ids: requests that were answered since the client came back, and that it may send again all the same. */
  readonly repeatable: readonly string[];
  /**
   * Serves a message of the client, after those before.
   * @param finished called when its answer was sent, or when it needs none. So long the gateway may wait until it knows that it is served
   */
  acceptText(text: string, finished: (withinMs?: number) => void): void;
  /** Resolves when none of its messages is being served, and none waits. */
  idle(): Promise<void>;
  /** Goes on with another connection. @param token of its upgrade; undefined: the former one goes on */
  attach(client: SessionClient, token: string | undefined): void;
  /** The connection is lost: the client has the grace time to come back. Nothing when that is not its connection any more. */
  detach(client: SessionClient, reason: string): void;
  /** The participant leaves, at once. */
  end(): void;
}

/** What a dialect offers whose sessions run at the owner of their room. */
export interface RelayDialect {
  /** A client asks to come into a room of this node. Its messages follow. */
  begin(client: SessionClient, arrival: Arrival): RelaySession;
}

/** Clients of sessions that this node has taken over with their room. */
export interface ReturningClients {
  /**
   * The client of a session of another process, by the slot of its participant. It begins without a connection.
   * @returns with it `RelaySession.lastRequest` and `repeatable`
   */
  back(
    room: string,
    slot: number,
    session: RelaySession,
  ): {
    readonly client: SessionClient;
    readonly lastRequest: string | undefined;
    readonly repeatable: readonly string[];
  };
}

/** What a dialect uses of the cluster. */
export interface ClusterFace {
  readonly gateway: Gateway;
  readonly returning: ReturningClients;
}
