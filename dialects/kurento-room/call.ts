import type { HeardClient, Participant, Passwords, PublishOptions } from '../../rooms/index.js';
import type { TriedCandidates } from '../../media/port.js';
import type { Call, ConnectionCall as LayerConnectionCall } from '../session-layer/call.js';
import type { CustomRequest } from './custom-request.js';
import type { Features } from './features.js';
import type { ShownIceServers } from './shown-ice.js';

/** One execution of a request of a session. */
export interface SessionCall extends Call {
  readonly session: CallingSession;
  /** The handler that is configured. */
  readonly customRequest: CustomRequest;
  /** Whether a participant that does not publish is listed with no streams, and not without the member. */
  readonly emptyStreams: boolean;
  /** The STUN and TURN servers of participants. */
  readonly ice: { of(participant: Participant): ShownIceServers };
  /** Hashes passwords of rooms. */
  readonly passwords: Pick<Passwords, 'hash'>;
}

/** What a client asks for when it joins. */
export interface JoinWish {
  readonly room: string;
  /** Undefined where the token says it. */
  readonly user: string | undefined;
  readonly token: string | undefined;
  readonly password: string | undefined;
  readonly features: Features;
  /** First value of the participant, in place of that of the token. */
  readonly metadata: string | undefined;
  readonly dataChannels: boolean;
  /** Of the last join, or null; undefined when the client wants none (docs/protocols/kurento-room.md#31-joinroom). */
  readonly resumeToken: string | null | undefined;
}

/** What requests may do with the session that sent them. */
export interface CallingSession extends HeardClient {
  /** Made when first asked for. */
  readonly id: string;
  /** @throws RoomError `participant-not-found` when the session is in no room */
  readonly participant: Participant;
  /** What the client was told of when it joined. */
  readonly features: Features;
  /** The token that came with the upgrade of the connection. */
  readonly token: string | undefined;
  /** Whether the client asked for data channels when it joined. */
  readonly dataChannels: boolean;
  /**
   * @param entered called when the participant has come into the room: those that are there by then are not announced to it, and those
   *   that come later are
   * @throws RoomError `participant-exists` when the session is in a room already; rejects as `Access.identify` and `Rooms.join`, and with
   *   ProtocolError when nothing says the name of the user
   */
  join(wish: JoinWish, entered: (participant: Participant) => void): Promise<Participant>;
  /** Proves in a later joinRoom that it is the same client; undefined when it wanted no token as it joined. */
  readonly resumeToken: string | undefined;
  /** What the client is to be told, and the log, of a stream that the participant publishes. */
  publicationOptions(participant: Participant, stream: string): Pick<PublishOptions, 'taken' | 'connectionFailed'>;
  /** A media connection has failed: a line of the log. */
  mediaFailed(fields: object): void;
  /** Logs what the media server says of a connection that failed. Undefined: the client says more of it itself. */
  failureListener(sender: string): ((tried: TriedCandidates) => void) | undefined;
  /**
   * Leaves the room. The session goes on with its connection, which is closed unless the client goes on using it
   * (docs/protocols/kurento-room.md#38-leaveroom).
   * @param namesSession whether the request did: such a client goes on with its session, and the connection stays
   */
  leave(namesSession: boolean): void;
}

/** One execution of a request about the connection. */
export interface ConnectionCall extends LayerConnectionCall {
  /** The OpenRPC document of this protocol. */
  readonly document: () => Readonly<Record<string, unknown>> & { readonly openrpc: string };
}
