import { RoomError } from '../../rooms/errors.js';
import type { RoomEvent } from '../../rooms/events.js';
import type { Participant } from '../../rooms/participant.js';
import type { Rooms } from '../../rooms/rooms.js';
import { ProtocolError, invalidRequest, invalidSession } from '../jsonrpc/errors.js';
import { readRequest } from '../jsonrpc/request.js';
import type { Request, RpcId } from '../jsonrpc/request.js';
import { errorReply } from '../jsonrpc/server.js';
import type { RpcServer } from '../jsonrpc/server.js';
import type { Log } from '../log.js';
import type { Connection, ConnectionListener } from '../transport/connection.js';
import { textFrame } from '../transport/frame.js';
import type { EventEncoder } from './events.js';
import type { MethodName } from './params.js';
import { newSessionId } from './session-id.js';
import { Watchdog } from './watchdog.js';

export interface SessionLimits {
  /** Requests of one session that may wait behind a running one; one more closes the connection with 1008. */
  readonly maxQueuedRequests: number;
}

export interface SessionContext {
  readonly rooms: Rooms;
  readonly server: RpcServer<Session>;
  readonly encoder: EventEncoder;
  readonly limits: SessionLimits;
  readonly log: Log;
}

/** After leaveRoom the server closes the socket unless the client makes use of it first (Kurento Room §3.8). */
const closeAfterLeaveMs = 1_000;

/** Requests whose answer precedes what they cause: until it is out, the session's events wait (Kurento Room §5). */
const answeredFirst: ReadonlySet<string> = new Set<MethodName>(['joinRoom', 'sendMessage']);

/** One client of the room protocol: its requests in order, its membership, its events. */
export class Session implements ConnectionListener {
  readonly #connection: Connection;
  readonly #context: SessionContext;
  #id: string | undefined;
  #participant: Participant | undefined;
  #dataChannels = false;
  #waiting: Request[] = [];
  #running: Request | undefined;
  /** Events that wait for an answer to go out first. */
  #held: RoomEvent[] | undefined;
  #watchdog: Watchdog | undefined;
  #closing: NodeJS.Timeout | undefined;

  constructor(connection: Connection, context: SessionContext) {
    this.#connection = connection;
    this.#context = context;
  }

  /** Made when first needed: a client that only pings has no session (Kurento Room §1.3). */
  get id(): string {
    this.#id ??= newSessionId();
    return this.#id;
  }

  /** What joinRoom asked for: the publishing endpoint of this client shall support data channels. */
  get dataChannels(): boolean {
    return this.#dataChannels;
  }

  /** @throws RoomError `participant-not-found` when the session is in no room */
  get participant(): Participant {
    if (!this.#participant || this.#participant.closed) {
      throw new RoomError('participant-not-found', 'You are in no room: joinRoom comes first');
    }
    return this.#participant;
  }

  /** @throws RoomError as `Rooms.join`, and `participant-exists` when the session is in a room already */
  join(room: string, user: string, dataChannels: boolean): Participant {
    if (this.#participant && !this.#participant.closed) {
      const { id, room: present } = this.#participant;
      throw new RoomError('participant-exists', `You are already in room "${present.name}" as "${id}"`);
    }
    const rejoins = this.#participant !== undefined;
    this.#participant = this.#context.rooms.join(room, user, { displayName: user }, this.#tell);
    // The session of the earlier membership ended with it (Kurento Room §1.6).
    if (rejoins) this.#id = undefined;
    this.#dataChannels = dataChannels;
    this.#context.log.info('joined', { room, participant: user, session: this.id });
    return this.#participant;
  }

  /** @throws RoomError `participant-not-found` when the session is in no room */
  leave(): void {
    this.participant.leave();
    this.#closing = setTimeout(() => {
      this.#connection.close(1000, 'Left the room');
    }, closeAfterLeaveMs).unref();
  }

  /** A ping: from the first one on the connection must keep pinging (Kurento Room §1.4). */
  watch(intervalMs: number | undefined): void {
    this.#watchdog ??= new Watchdog(intervalMs, () => {
      this.#connection.close(1000, 'No ping for three intervals');
    });
    this.#watchdog.feed();
  }

  /**
   * Clients may name their session in any request; it must be the one of this socket (Kurento Room §1.3).
   * @returns whether the answer names the session: always, except to a ping that did not
   * @throws ProtocolError 40007
   */
  checkSessionId(params: Readonly<Record<string, unknown>>, method: MethodName): boolean {
    const given = params.sessionId;
    if (given !== undefined && given !== null && given !== this.#id) {
      throw new ProtocolError(invalidSession, 'The sessionId is not the one of this connection');
    }
    return method !== 'ping' || given !== undefined;
  }

  text(text: string): void {
    let request: Request | undefined;
    try {
      request = readRequest(text);
    } catch (error) {
      this.#reply(errorReply(null, error as ProtocolError));
      return;
    }
    if (request) this.#accept(request);
  }

  binary(): void {
    this.#reply(errorReply(null, new ProtocolError(invalidRequest, 'Binary messages are not part of this protocol')));
  }

  closed(reason: string): void {
    this.#watchdog?.stop();
    clearTimeout(this.#closing);
    this.#waiting = [];
    if (!this.#participant || this.#participant.closed) return;
    const { id, room } = this.#participant;
    this.#context.log.info('connection lost', { room: room.name, participant: id, session: this.#id, reason });
    this.#participant.leave();
  }

  #accept(request: Request): void {
    if (request.method === 'ping') {
      void this.#execute(request);
      return;
    }
    // The iOS client repeats an unanswered request under the same id (Kurento Room §1.7).
    if (request.id !== undefined && this.#isPending(request.id)) return;
    clearTimeout(this.#closing);
    if (this.#waiting.length >= this.#context.limits.maxQueuedRequests) {
      this.#connection.close(1008, 'Too many requests are waiting');
      return;
    }
    this.#waiting.push(request);
    if (!this.#running) void this.#work();
  }

  /** Requests of one session run one after the other, in the order they came. */
  async #work(): Promise<void> {
    for (;;) {
      this.#running = this.#waiting.shift();
      if (!this.#running) return;
      if (answeredFirst.has(this.#running.method)) this.#held = [];
      await this.#execute(this.#running);
      this.#tellHeld();
    }
  }

  async #execute(request: Request): Promise<void> {
    const reply = await this.#context.server.handle(request, this);
    if (reply !== undefined) this.#reply(reply);
  }

  #isPending(id: RpcId): boolean {
    return this.#running?.id === id || this.#waiting.some((request) => request.id === id);
  }

  #reply(text: string): void {
    this.#connection.send(textFrame(text));
  }

  readonly #tell = (event: RoomEvent): void => {
    if (this.#held) this.#held.push(event);
    else this.#connection.send(this.#context.encoder.encode(event));
  };

  #tellHeld(): void {
    const held = this.#held;
    this.#held = undefined;
    for (const event of held ?? []) this.#tell(event);
  }
}
