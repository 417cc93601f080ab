import type { IceServers } from '../../access/index.js';
import type { Participant, PublishOptions } from '../../rooms/index.js';
import type { ConnectionCall, SessionCall as LayerSessionCall } from '../session-layer/call.js';
import type { OvConnection } from './model/ov-connection.js';
import type { OvSession } from './model/ov-session.js';
import type { OvSessions } from './model/ov-sessions.js';
import type { OpenviduSettings } from './options.js';

export type { ConnectionCall };

/** One execution of a request of a session. */
export interface SessionCall extends LayerSessionCall {
  readonly session: CallingSession;
  readonly ov: OvSessions;
  readonly settings: OpenviduSettings;
  /** STUN and TURN servers of the whole server. */
  readonly ice: Pick<IceServers, 'of'>;
  /** Whether media servers may fetch an image of a filter there. */
  readonly takesImage: (url: URL) => boolean;
}

/** What joinRoom asks for. */
export interface JoinWish {
  readonly session: OvSession;
  readonly connection: OvConnection;
  /** The token as the page gave it. */
  readonly token: string;
  readonly metadata: string;
  readonly platform: string;
}

/** What requests may do with the session that sent them. */
export interface CallingSession {
  /** Made when first asked for. */
  readonly id: string;
  /** Whether it is in a room at present. */
  readonly isIn: boolean;
  /** @throws ProtocolError 803 before joinRoom, 103 afterwards */
  readonly participant: Participant;
  /** Of its participant. @throws as `participant` */
  readonly connection: OvConnection;
  /** That of the back end, in which it is. @throws as `participant` */
  readonly ovSession: OvSession;
  /**
   * @param entered called when the participant has come into the room: those that are there by then are not announced to it, and those
   *   that come later are
   * @throws ProtocolError 401 when another page has used the token meanwhile; rejects as `Rooms.join`
   */
  join(wish: JoinWish, entered: (participant: Participant) => void): Promise<Participant>;
  /** Logs what becomes of the connection of an endpoint. @param stream for the log */
  connectionFailed(stream: string): NonNullable<PublishOptions['connectionFailed']>;
  /** Leaves the room. The client may join again on its connection, which is closed after a while otherwise. */
  leave(): void;
}
