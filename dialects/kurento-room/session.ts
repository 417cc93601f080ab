import type { RoomNames } from '../room-names.js';
import { RoomError } from '../../rooms/errors.js';
import type { RoomEvent } from '../../rooms/events.js';
import type { Attributes, Participant } from '../../rooms/participant.js';
import type { Rooms } from '../../rooms/rooms.js';
import type { Request, RpcId } from './read-request.js';
import type { Log } from '../../log.js';
import type { Connection } from '../../transport/connection.js';
import { textFrame } from '../../transport/frame.js';
import type { Frame } from '../../transport/frame.js';
import type { CallingSession, SessionCall } from './call.js';
import type { CustomRequest } from './custom-request.js';
import type { RpcServer } from './rpc-server.js';
import type { Sessions } from './sessions.js';

export interface SessionLimits {
  /** Requests of one session that may wait behind a running one; one more closes the connection with 1008. */
  readonly maxQueuedRequests: number;
  /** Messages kept for a client whose socket is lost; one more ends the session. */
  readonly maxMissedMessages: number;
  /** Bytes of messages that are kept for such a client, and characters of requests that wait behind others; with more it ends as above. */
  readonly maxQueuedBytes: number;
  /** How long a session outlives its socket, in ms. */
  readonly sessionGraceMs: number;
  /** Whether somebody may join under the name of a participant whose socket is lost, who then leaves. */
  readonly takeOverDetachedNames: boolean;
}

export interface SessionContext {
  readonly rooms: Rooms;
  readonly names: RoomNames;
  readonly sessions: Sessions;
  /** Encodes an event; once for all who are told it one after the other. */
  readonly encode: (event: RoomEvent) => Frame;
  readonly limits: SessionLimits;
  readonly log: Log;
  readonly customRequest: CustomRequest;
  readonly sessionRequests: RpcServer<SessionCall>;
}

/** What the participants of this protocol say they speak. */
export const dialectName = 'kurento-room';

/** People are known by name here: the name is id and `displayName` alike. */
function attributesOf(user: string): Attributes {
  return { displayName: user, dialect: dialectName, takesPrivateText: false };
}

/** After its last use a socket is closed by the server, unless the client makes use of it again (Kurento Room §3.8, §8). */
const closeUnusedAfterMs = 1_000;

/** Events that others are told only once the request that caused them is answered (Kurento Room §5, rule 2). */
const toldAfterAnswer: Partial<Record<RoomEvent['type'], string>> = {
  publicationOpened: 'publishVideo',
  publicationClosed: 'unpublishVideo',
};

/**
 * One client of the room protocol: its requests in order, its membership, its events. It outlives its connection by the
 * grace time, in which everything goes on, and what it is to be told is kept for it (Kurento Room §1.5, §1.6).
 */
export class Session implements CallingSession {
  readonly #context: SessionContext;
  #connection: Connection | undefined;
  #id: string | undefined;
  #participant: Participant | undefined;
  #dataChannels = false;
  #waiting: { readonly request: Request; readonly length: number }[] = [];
  #waitingLength = 0;
  #running: Request | undefined;
  /** Events that wait for an answer to go out first. */
  #held: RoomEvent[] | undefined;
  /** What others wait for, who are told of a request of this session after its answer. */
  #afterAnswer: (() => void)[] = [];
  /** What would have been sent, had there been a connection. */
  #missed: Frame[] = [];
  #missedBytes = 0;
  #grace: NodeJS.Timeout | undefined;
  #ended = false;
  #closing: NodeJS.Timeout | undefined;

  constructor(connection: Connection, context: SessionContext) {
    this.#connection = connection;
    this.#context = context;
  }

  /** Minted when first needed, and anew after leaveRoom: the session then is gone with the answer (Kurento Room §1.6). */
  get id(): string {
    if (this.#ended) return '';
    this.#id ??= this.#context.sessions.register(this);
    return this.#id;
  }

  isNamed(id: unknown): boolean {
    return this.#id !== undefined && id === this.#id;
  }

  /** Whether its socket is lost and the grace time runs. */
  get detached(): boolean {
    return this.#connection === undefined;
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
    const key = this.#context.names.keyOf(room);
    if (this.#context.limits.takeOverDetachedNames) this.#takeOver(key, user);
    this.#participant = this.#context.rooms.join(key, user, attributesOf(user), this.#tell);
    this.#context.sessions.joined(this.#participant, this);
    this.#dataChannels = dataChannels;
    this.#context.log.info('joined', { room, participant: user, session: this.id });
    return this.#participant;
  }

  /** @throws RoomError `participant-not-found` when the session is in no room */
  leave(): void {
    this.participant.leave();
    this.#closeUnused('Left the room');
  }

  /**
   * Takes a request into the queue: those of one session run one after the other, in the order they came.
   * @param length of its text
   */
  accept(request: Request, length: number): void {
    // The iOS client repeats an unanswered request under the same id (Kurento Room §1.7).
    if (request.id !== undefined && this.#isPending(request.id)) return;
    clearTimeout(this.#closing);
    const { maxQueuedRequests, maxQueuedBytes } = this.#context.limits;
    const isTooLong = this.#waiting.length > 0 && this.#waitingLength + length > maxQueuedBytes;
    if (isTooLong || this.#waiting.length >= maxQueuedRequests) {
      this.#connection?.close(1008, 'Too many requests are waiting');
      return;
    }
    this.#waiting.push({ request, length });
    this.#waitingLength += length;
    if (!this.#running) void this.#work();
  }

  /**
   * Goes on with another connection (Kurento Room §1.5). What is to be sent is kept until the function that is returned is
   * called, which is when the answer to connect has been sent.
   */
  attach(connection: Connection): () => void {
    clearTimeout(this.#grace);
    this.#connection?.close(1000, 'The session goes on with another connection');
    this.#connection = undefined;
    return () => {
      if (this.#ended || this.#connection) return;
      this.#connection = connection;
      if (!connection.open) this.detach(connection, 'lost while it was resumed');
      else for (const frame of this.#takeMissed()) connection.send(frame);
    };
  }

  /** The connection is lost: nobody is told until the grace time is over (Kurento Room §1.6). */
  detach(connection: Connection, reason: string): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    clearTimeout(this.#closing);
    if (this.#id === undefined) {
      this.end();
      return;
    }
    const { sessionGraceMs } = this.#context.limits;
    this.#context.log.info('connection lost', { ...this.#fields(), reason, graceMs: sessionGraceMs });
    this.#grace = setTimeout(() => {
      this.#context.log.info('session expired', this.#fields());
      this.end();
    }, sessionGraceMs).unref();
  }

  /** Ends it at once: the participant leaves, the id becomes unknown. Does nothing the second time. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#grace);
    clearTimeout(this.#closing);
    this.#connection = undefined;
    this.#waiting = [];
    this.#waitingLength = 0;
    this.#takeMissed();
    this.forgetId();
    this.#participant?.leave();
  }

  forgetId(): void {
    if (this.#id !== undefined) this.#context.sessions.forget(this.#id);
    this.#id = undefined;
  }

  /** Somebody whose socket is lost makes place for who comes under her name: most likely it is herself (§14). */
  #takeOver(room: string, user: string): void {
    const present = this.#context.rooms.find(room)?.findByName(user);
    const session = present && this.#context.sessions.of(present);
    if (session?.detached) session.end();
  }

  async #work(): Promise<void> {
    for (;;) {
      const next = this.#waiting.shift();
      this.#running = next?.request;
      if (!next || !this.#running) return;
      this.#waitingLength -= next.length;
      const { sessionRequests, customRequest } = this.#context;
      if (sessionRequests.find(this.#running.method)?.answeredFirst) this.#held = [];
      const call: SessionCall = { session: this, customRequest, afterwards: undefined };
      const reply = await sessionRequests.handle(this.#running, call);
      if (reply !== undefined) this.#send(textFrame(reply));
      call.afterwards?.();
      this.#tellHeld();
      for (const tell of this.#afterAnswer.splice(0)) tell();
    }
  }

  #isPending(id: RpcId): boolean {
    return this.#running?.id === id || this.#waiting.some(({ request }) => request.id === id);
  }

  #send(frame: Frame): void {
    if (this.#connection) {
      this.#connection.send(frame);
      return;
    }
    if (this.#ended) return;
    this.#missed.push(frame);
    this.#missedBytes += frame.length;
    const { maxMissedMessages, maxQueuedBytes } = this.#context.limits;
    if (this.#missed.length <= maxMissedMessages && this.#missedBytes <= maxQueuedBytes) return;
    // Not at once: the room may be in the middle of telling everybody, and leaving tells everybody too.
    clearTimeout(this.#grace);
    this.#grace = setTimeout(() => {
      this.#context.log.warn('session ended: it missed too much', this.#fields());
      this.end();
    }, 0);
  }

  readonly #tell = (event: RoomEvent): void => {
    const cause = toldAfterAnswer[event.type];
    if (cause !== undefined && 'publisher' in event) {
      const author = this.#context.sessions.of(event.publisher);
      if (author && author.#running?.method === cause) {
        author.#afterAnswer.push(() => {
          this.#deliver(event);
        });
        return;
      }
    }
    this.#deliver(event);
  };

  #deliver(event: RoomEvent): void {
    if (this.#held) {
      this.#held.push(event);
      return;
    }
    this.#send(this.#context.encode(event));
    if (event.type === 'roomClosed') this.#closeUnused('The room is closed');
  }

  #tellHeld(): void {
    const held = this.#held;
    this.#held = undefined;
    for (const event of held ?? []) this.#deliver(event);
  }

  #takeMissed(): readonly Frame[] {
    this.#missedBytes = 0;
    return this.#missed.splice(0);
  }

  #closeUnused(reason: string): void {
    clearTimeout(this.#closing);
    this.#closing = setTimeout(() => {
      this.#connection?.close(1000, reason);
    }, closeUnusedAfterMs).unref();
  }

  #fields(): object {
    return { room: this.#participant?.room.name, participant: this.#participant?.id, session: this.#id };
  }
}
