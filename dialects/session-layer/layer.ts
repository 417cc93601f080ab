import type { ClusterFace, ReturningClients, SessionClient } from '../../cluster/port.js';
import type { Log } from '../../log.js';
import type { DoorFigures } from '../../transport/door-figures.js';
import type { BudgetSettings, TransportSettings } from '../../transport/options.js';
import type { CallingLink } from './call.js';
import type { Request } from './read-request.js';
import type { RequestTable } from './rpc-server.js';
import type { Session } from './session.js';
import type { Sessions } from './sessions.js';

/** One request more than `maxQueuedRequests`, or one byte more than `maxQueuedBytes` of requests, closes the connection with 1008. */
export interface SessionLimits extends Pick<TransportSettings, 'maxQueuedRequests' | 'maxQueuedBytes'>, BudgetSettings {
  /** How long a participant who lost their socket stays in the room. */
  readonly sessionGraceMs: number;
  /** How many messages are kept for such a participant. */
  readonly maxMissedMessages: number;
}

/** What every session uses, whatever it speaks. */
export interface SessionContext {
  readonly sessions: Sessions;
  readonly limits: SessionLimits;
  readonly log: Log;
  /** Reads a frame, as `requestReader` does. */
  readonly read: (text: string) => Request | undefined;
  readonly sessionRequests: RequestTable;
  /** In a cluster: clients of sessions that were taken over from another process. */
  readonly returning?: ReturningClients | undefined;
}

/** What connections use: it is all that the layer knows of the protocol that is spoken over it. */
export interface LayerContext extends SessionContext {
  /** The name of the dialect. */
  readonly dialect: string;
  readonly figures: DoorFigures;
  /** Undefined: all sessions are in this process. */
  readonly cluster: ClusterFace | undefined;
  /**
   * A new session.
   * @param id where the client has one already. Others cannot name it then
   * @param wasIn whether the client was in a room before, over this connection
   */
  readonly newSession: (client: SessionClient, token: string | undefined, id?: string, wasIn?: boolean) => Session;
  /** The key of the room that a request wants to join. Undefined for another request, or one that cannot be served. */
  readonly roomOf: (request: Request) => string | undefined;
  /** Requests about the connection: they pass the queue of the session (docs/protocols/kurento-room.md#17-concurrency). */
  readonly connectionRequests: Pick<RequestTable, 'find'>;
  /** Executes one of them. */
  readonly executeOnConnection: (
    request: Request,
    link: CallingLink,
    reply: (text: string | undefined) => void,
  ) => Promise<void>;
  /** The codes with which clients say goodbye as they close a connection: their sessions have no grace time. */
  readonly farewells: readonly number[];
  /** How long after its last use a connection is closed that is in no room any more, in ms. */
  readonly closeUnusedAfterMs: number;
}
