import type { SessionClient } from '../../cluster/port.js';
import type { Enter, Participant, PublishOptions, Returned, RoomEvent, Rooms } from '../../rooms/index.js';
import type { Frame } from '../../transport/frame.js';
import { textFrame } from '../../transport/frame.js';
import type { IceServers } from '../../access/index.js';
import { ProtocolError } from '../session-layer/errors.js';
import type { SessionContext } from '../session-layer/layer.js';
import type { Request } from '../session-layer/read-request.js';
import type { RpcServer } from '../session-layer/rpc-server.js';
import type { SessionRecord } from '../session-layer/session-record.js';
import { Session } from '../session-layer/session.js';
import { pairsInShort, pairsOf } from '../candidate-pairs.js';
import type { CallingSession, JoinWish, SessionCall } from './call.js';
import type { EventFrames } from './event-frames.js';
import { invalidToken } from './errors.js';
import { newFinalUserId } from './model/ids.js';
import type { OvConnection } from './model/ov-connection.js';
import type { OvSession } from './model/ov-session.js';
import type { OvSessions } from './model/ov-sessions.js';
import { leaveReasons, sessionEndReasons } from './model/reasons.js';
import { dialectName, newcomerOf } from './newcomer.js';
import { notificationText } from '../session-layer/notification-text.js';
import { iceCandidate, participantEvicted } from './notifications.js';
import type { OpenviduSettings } from './options.js';

/** How long a candidate of a media server may wait for others where the client is at another node: they come several at a time. */
const candidateWithinMs = 10;

export interface MemberContext extends SessionContext {
  readonly rooms: Rooms;
  readonly ov: OvSessions;
  readonly settings: OpenviduSettings;
  /** As `SessionCall.takesImage`. */
  readonly takesImage: (url: URL) => boolean;
  readonly ice: Pick<IceServers, 'of'>;
  readonly now: () => number;
  readonly sessionRequests: RpcServer<SessionCall>;
  readonly frames: EventFrames;
}

/** Where a page is. */
interface Place {
  readonly participant: Participant;
  readonly connection: OvConnection;
  readonly session: OvSession;
}

/** One page: how it comes into a session of the back end by its token, and what it is told there. */
export class MemberSession extends Session implements CallingSession {
  readonly dialect = dialectName;
  /** Pages do not count what they are told. */
  readonly counts = false;
  /** Nobody waits to be let in: the back end has made the connection. */
  readonly isWaiting = false;
  readonly #context: MemberContext;
  /** Where it is, or was when it was told to go. */
  #where: Place | undefined;
  #hasJoined: boolean;

  /** @param hasJoined whether the page has joined before, over the same connection */
  constructor(
    connection: SessionClient | undefined,
    context: MemberContext,
    token: string | undefined,
    id?: string,
    hasJoined = false,
  ) {
    super(connection, context, token, id);
    this.#hasJoined = hasJoined;
    this.#context = context;
  }

  /** Goes on with the session of another process, whose page has the grace time to come back. */
  static goingOn(record: SessionRecord, participant: Participant, context: MemberContext): MemberSession {
    const session = new MemberSession(undefined, context, record.token);
    session.#hasJoined = true;
    return session.restore(record, participant);
  }

  /** How the participant of a restored session is told and served. */
  get returned(): Returned {
    return {
      outbox: this.#tell,
      ...this.known,
      publishing: (stream) => ({ connectionFailed: this.connectionFailed(stream) }),
      subscribing: (publisher) => ({ connectionFailed: this.connectionFailed(publisher.id) }),
    };
  }

  get participant(): Participant {
    const { present } = this;
    if (present) return present;
    throw this.#hasJoined
      ? new ProtocolError(103, 'You are not in the session any more')
      : new ProtocolError(803, 'You are in no session: joinRoom must be the first operation');
  }

  get connection(): OvConnection {
    return this.#place.connection;
  }

  get ovSession(): OvSession {
    return this.#place.session;
  }

  join(wish: JoinWish, entered: (participant: Participant) => void): Promise<Participant> {
    const { session, connection, token, metadata: clientMetadata, platform } = wish;
    const { rooms, now } = this.#context;
    const { address } = this;
    const newcomer = newcomerOf(connection, clientMetadata, { ...this.known, region: this.region, address });
    const enter: Enter = (participant) => {
      if (this.ended) return undefined;
      // Another page may have been faster, or the back end.
      if (session.connectionByToken(token) !== connection) throw invalidToken(session.id, token);
      connection.activate({
        ...{ participant, clientMetadata, platform, ip: address ?? '' },
        ...{ finalUserId: newFinalUserId(), activeAt: now() },
      });
      this.#hasJoined = true;
      this.#where = { participant, connection, session };
      this.entered(participant);
      entered(participant);
      return this.#tell;
    };
    return rooms.join(session.room, newcomer, enter);
  }

  connectionFailed(stream: string): NonNullable<PublishOptions['connectionFailed']> {
    return (tried) => {
      this.#context.log.warn('a media connection failed', {
        ...this.fields,
        stream,
        pairs: pairsInShort(pairsOf(tried)),
      });
    };
  }

  leave(): void {
    this.participant.leave();
    this.left(false);
    this.closeUnlessUsed('Left the session', false);
    this.over();
  }

  /** The room of another process is there again, with what is kept of its connections. */
  roomRestored(): void {
    const { present: participant } = this;
    const session = participant && this.#context.ov.of(participant.room);
    const connection = participant && session?.connectionOf(participant);
    if (participant && session && connection) this.#where = { participant, connection, session };
  }

  /** Tells the page something that no event of the room says. */
  tell(frame: Frame): void {
    this.outlet.tell(frame);
  }

  protected override serve(request: Request, reply: (text: string | undefined) => void): Promise<void> {
    const { sessionRequests, sessions, ov, settings, ice, takesImage } = this.#context;
    return sessionRequests.execute(
      request,
      { session: this, sessions, ov, settings, ice, takesImage, afterwards: undefined },
      reply,
    );
  }

  protected override ending(): void {
    // It holds nothing else.
  }

  get #place(): Place {
    const { participant } = this;
    const place = this.#where;
    if (!place || place.participant !== participant) {
      throw new ProtocolError(103, 'You are not in the session any more');
    }
    return place;
  }

  readonly #tell = (event: RoomEvent): void => {
    switch (event.type) {
      case 'candidateFound':
        this.#tellCandidate(event);
        return;
      case 'participantEvicted':
        this.#tellEnd(this.#where?.connection.leaves ?? leaveReasons.evicted);
        this.#gone('You were removed');
        return;
      case 'roomClosed':
        this.#tellEnd(this.#where?.session.closing ?? sessionEndReasons[event.cause]);
        this.#gone('The session is closed');
        return;
      default:
        for (const frame of this.#context.frames.of(event)) this.outlet.tell(frame);
    }
  };

  /** A page that is away now may come back once more, within the grace time, to be told so. */
  #gone(reason: string): void {
    if (this.detached && !this.outlet.keeper) return;
    this.left(false);
    this.closeUnlessUsed(reason, false);
    this.over();
  }

  #tellEnd(reason: string): void {
    const connectionId = this.#where?.connection.id;
    if (connectionId === undefined) return;
    this.outlet.tell(textFrame(notificationText(participantEvicted, { connectionId, reason })));
  }

  #tellCandidate({ publisher, candidate: found }: Extract<RoomEvent, { readonly type: 'candidateFound' }>): void {
    const own = this.#where?.connection.id ?? '';
    const connection = this.#where?.session.connectionOf(publisher);
    const { candidate, sdpMid, sdpMLineIndex } = found;
    if (!connection || candidate === '') return;
    const stream = connection.stream?.id ?? connection.id;
    const text = notificationText(iceCandidate, {
      senderConnectionId: connection.id,
      endpointName: connection.id === own ? stream : `${own}_${stream}`,
      ...{ sdpMLineIndex, sdpMid, candidate },
    });
    this.outlet.tell(textFrame(text), candidateWithinMs);
  }
}
