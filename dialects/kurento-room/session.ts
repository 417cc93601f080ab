import type { Log } from '../../log.js';
import { RoomError } from '../../rooms/index.js';
import type { Attributes, Participant, RoomEvent, Rooms } from '../../rooms/index.js';
import type { Connection } from '../../transport/connection.js';
import { textFrame } from '../../transport/frame.js';
import { Patience } from '../../transport/gate/patience.js';
import type { Frame } from '../../transport/frame.js';
import type { TransportSettings } from '../../transport/options.js';
import { RequestQueue } from '../request-queue.js';
import type { RoomNames } from '../room-names.js';
import type { CallingSession, JoinWish, SessionCall } from './call.js';
import type { CustomRequest } from './custom-request.js';
import type { RoomProtocolSettings } from './options.js';
import { Outlet } from './outlet.js';
import type { Request } from './read-request.js';
import { newResumeToken } from './resume-token.js';
import type { RpcServer } from './rpc-server.js';
import type { Sessions } from './sessions.js';
import { makePlaceFor } from './take-over.js';
import type { NameHolder } from './take-over.js';

/** One request more than `maxQueuedRequests`, or one byte more than `maxQueuedBytes` of requests, closes the connection with 1008. */
export type SessionLimits = Pick<
  RoomProtocolSettings,
  'maxMissedMessages' | 'sessionGraceMs' | 'takeOverDetachedNames' | 'emptyStreams'
> &
  Pick<TransportSettings, 'maxQueuedRequests' | 'maxQueuedBytes'>;

export interface SessionContext {
  readonly rooms: Rooms;
  readonly names: RoomNames;
  readonly sessions: Sessions;
  /** Encodes an event once for all who are told it one after the other. */
  readonly encode: (event: RoomEvent) => readonly Frame[];
  readonly limits: SessionLimits;
  readonly log: Log;
  readonly customRequest: CustomRequest;
  readonly sessionRequests: RpcServer<SessionCall>;
}

/** The dialect of participants that speak this protocol, as others see it. */
export const dialectName = 'kurento-room';

/** This protocol identifies people by name: the name is both id and `displayName`. */
function attributesOf(user: string): Attributes {
  return { displayName: user, dialect: dialectName, hearsPrivateTexts: false };
}

/**
 * How long after its last use the server closes a connection, unless the client uses it again
 * (docs/protocols/kurento-room.md#38-leaveroom, #8-rooms-eviction-closing).
 */
const closeUnusedAfterMs = 1_000;

/**
 * One client of the room protocol: its requests in order, its membership, its events. It outlives its connection by the
 * grace time. In that time its membership goes on, and what it is told is kept for it
 * (docs/protocols/kurento-room.md#15-connect-closesession, #16-what-happens-when-the-socket-drops).
 */
export class Session implements CallingSession, NameHolder {
  readonly #context: SessionContext;
  readonly #requests: RequestQueue<Request>;
  readonly #outlet: Outlet;
  /** Of its present or last connection, for the log. */
  #address: string | undefined;
  #id: string | undefined;
  #participant: Participant | undefined;
  #dataChannels = false;
  #resumeToken: string | undefined;
  /** Set by leaveRoom, until it joins again. */
  #hasLeft = false;
  #grace: Patience | undefined;
  #ending: NodeJS.Immediate | undefined;
  #closing: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(connection: Connection, context: SessionContext) {
    const { maxQueuedRequests: maxRequests, maxQueuedBytes: maxLength } = context.limits;
    this.#context = context;
    this.#requests = new RequestQueue({ maxRequests, maxLength }, (request) => this.#execute(request));
    this.#outlet = new Outlet(connection, context.limits, () => {
      this.#endSoon();
    });
    this.#address = connection.address;
  }

  /** Made when first needed. Empty when the session has ended. */
  get id(): string {
    if (this.#ended) return '';
    this.#id ??= this.#context.sessions.register(this);
    return this.#id;
  }

  /** Whether its connection is lost and the grace time runs. */
  get detached(): boolean {
    return this.#outlet.connection === undefined;
  }

  /**
   * Whether the client has left on purpose. Then the session is gone with its connection
   * (docs/protocols/kurento-room.md#16-what-happens-when-the-socket-drops).
   */
  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  get resumeToken(): string | undefined {
    return this.#resumeToken;
  }

  get dataChannels(): boolean {
    return this.#dataChannels;
  }

  get participant(): Participant {
    if (!this.#participant || this.#participant.closed) {
      throw new RoomError('participant-not-found', 'You are in no room: joinRoom comes first');
    }
    return this.#participant;
  }

  join(wish: JoinWish, entered: (participant: Participant) => void): Promise<unknown> {
    const { room, user, dataChannels, resumeToken } = wish;
    if (this.#participant && !this.#participant.closed) {
      const { name, room: present } = this.#participant;
      throw new RoomError('participant-exists', `You are already in room "${present.name}" as "${name}"`);
    }
    const { rooms, names, limits, log } = this.#context;
    const newcomer = {
      id: user,
      idIsName: true,
      attributes: attributesOf(user),
      session: this,
      makePlace: (_present: Participant, holder: object | undefined) => {
        if (holder instanceof Session) makePlaceFor(resumeToken, limits.takeOverDetachedNames, holder);
      },
    };
    return rooms.join(names.keyOf(room), newcomer, (participant) => {
      if (this.#ended) return undefined;
      this.#participant = participant;
      this.#hasLeft = false;
      this.#dataChannels = dataChannels;
      this.#resumeToken = resumeToken === undefined ? undefined : newResumeToken();
      entered(participant);
      log.info('joined', { ...this.#fields(), session: this.id });
      return this.#tell;
    });
  }

  leave(namesSession: boolean): void {
    this.participant.leave();
    this.#hasLeft = true;
    if (!namesSession) this.#closeUnused('Left the room');
  }

  /** A ping came. A page that does not know that its room is closed pings as well, and is closed nevertheless. */
  pinged(): void {
    if (this.#hasLeft) clearTimeout(this.#closing);
  }

  replace(): void {
    this.#outlet.connection?.close(1000, 'The client has joined again on another connection');
    this.end();
  }

  /**
   * Takes a request that is to run after those that came before.
   * @param length of its text
   */
  accept(request: Request, length: number): void {
    const { sessionRequests } = this.#context;
    // The iOS client repeats an unanswered request under the same id (docs/protocols/kurento-room.md#17-concurrency).
    if (request.id !== undefined && this.#requests.has((pending) => sessionRequests.areSame(pending, request))) return;
    clearTimeout(this.#closing);
    if (!this.#requests.add(request, length)) this.#outlet.connection?.close(1008, 'Too many requests are waiting');
  }

  /**
   * Goes on with another connection (docs/protocols/kurento-room.md#15-connect-closesession).
   * @returns a function that is to be called after the answer to connect: until then everything is kept, and then it is sent
   */
  attach(connection: Connection): () => void {
    this.#grace?.stop();
    this.#outlet.connection?.close(1000, 'The session goes on with another connection');
    this.#outlet.detach();
    return () => {
      if (this.#ended || this.#outlet.connection) return;
      this.#outlet.attach(connection);
      this.#address = connection.address;
      if (!connection.open) this.detach(connection, 'lost while it was resumed');
    };
  }

  /**
   * The connection is lost: nobody is told until the grace time is over
   * (docs/protocols/kurento-room.md#16-what-happens-when-the-socket-drops).
   */
  detach(connection: Connection, reason: string): void {
    if (this.#outlet.connection !== connection) return;
    this.#outlet.detach();
    clearTimeout(this.#closing);
    if (this.#id === undefined || this.#hasLeft) {
      this.end();
      return;
    }
    const { sessionGraceMs } = this.#context.limits;
    this.#context.log.info('connection lost', { ...this.#fields(), reason, graceMs: sessionGraceMs });
    this.#grace = new Patience(sessionGraceMs, () => {
      this.#context.log.info('session expired', this.#fields());
      this.end();
    });
  }

  /** The participant leaves and the id becomes unknown, at once. Does nothing the second time. */
  end(): void {
    this.#ended = true;
    this.#grace?.stop();
    clearImmediate(this.#ending);
    clearTimeout(this.#closing);
    this.#outlet.close();
    this.#requests.clear();
    if (this.#id !== undefined) this.#context.sessions.forget(this.#id);
    this.#id = undefined;
    this.#participant?.leave();
  }

  #execute(request: Request): Promise<void> {
    const { sessionRequests, customRequest, sessions, limits } = this.#context;
    if (sessionRequests.find(request.method)?.answeredFirst) this.#outlet.hold();
    const { emptyStreams } = limits;
    const call = { session: this, sessions, customRequest, emptyStreams, afterwards: undefined };
    return sessionRequests.execute(request, call, (text) => {
      if (text !== undefined) this.#outlet.send(textFrame(text));
      this.#outlet.sendHeld();
    });
  }

  /** Not at once: the room may be telling everybody just now, and leaving tells everybody too. */
  #endSoon(): void {
    this.#ending ??= setImmediate(() => {
      this.#context.log.warn('session ended: it missed too much', this.#fields());
      this.end();
    });
  }

  readonly #tell = (event: RoomEvent): void => {
    for (const frame of this.#context.encode(event)) this.#outlet.tell(frame);
    if (event.type === 'roomClosed') this.#closeUnused('The room is closed');
    else if (event.type === 'participantRenamed') this.#endReceiving(event.participant);
  };

  /** The client believes that the participant left. In a microtask, because an outbox must not call back into the room. */
  #endReceiving(publisher: Participant): void {
    queueMicrotask(() => {
      if (this.#participant?.closed === false) this.#participant.unsubscribe(publisher);
    });
  }

  #closeUnused(reason: string): void {
    clearTimeout(this.#closing);
    this.#closing = setTimeout(() => {
      this.#outlet.connection?.close(1000, reason);
    }, closeUnusedAfterMs).unref();
  }

  #fields(): object {
    const { room, id: participant } = this.#participant ?? {};
    return { room: room?.name, participant, session: this.#id, address: this.#address };
  }
}
