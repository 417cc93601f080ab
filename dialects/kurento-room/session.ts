import { createHash } from 'node:crypto';
import type { Access, IceServers } from '../../access/index.js';
import type { Log } from '../../log.js';
import { RoomError } from '../../rooms/index.js';
import type {
  Bearer,
  ClientFacts,
  Enter,
  Knocker,
  Newcomer,
  Participant,
  Passwords,
  Returned,
  RoomEvent,
  Rooms,
} from '../../rooms/index.js';
import type { TriedCandidates } from '../../media/port.js';
import type { Arrival, RelaySession, ReturningClients, SessionClient } from '../../cluster/port.js';
import { textFrame, textOf } from '../../transport/frame.js';
import { Account, keepPayer } from '../../transport/gate/account.js';
import { Patience, sleptSince } from '../../transport/gate/patience.js';
import type { Frame } from '../../transport/frame.js';
import { budgetOf } from '../../transport/options.js';
import type { BudgetSettings, TransportSettings } from '../../transport/options.js';
import { RequestQueue } from '../request-queue.js';
import type { RoomNames } from '../room-names.js';
import type { CallingSession, JoinWish, SessionCall } from './call.js';
import type { CustomRequest } from './custom-request.js';
import { ProtocolError, tooManyRequests } from './errors.js';
import { featuresNamed, has, namesOf, noFeatures } from './features.js';
import type { Features } from './features.js';
import { pairsInShort, pairsOf } from '../candidate-pairs.js';
import { Knocks } from './knocks.js';
import { admitted, denied, notificationText, participantUnpublished } from './notifications.js';
import { dialectName, newcomerOf } from './newcomer.js';
import type { RoomProtocolSettings } from './options.js';
import { Outlet } from './outlet.js';
import { readRequest } from './read-request.js';
import type { Request, RpcId } from './read-request.js';
import { newResumeToken } from './resume-token.js';
import { errorReply } from './rpc-server.js';
import type { RpcServer } from './rpc-server.js';
import type { SessionRecord } from './session-record.js';
import type { Sessions } from './sessions.js';
import { Told } from './told.js';
import { makePlaceFor } from './take-over.js';
import type { NameHolder } from './take-over.js';

/** One request more than `maxQueuedRequests`, or one byte more than `maxQueuedBytes` of requests, closes the connection with 1008. */
export type SessionLimits = Pick<
  RoomProtocolSettings,
  'maxMissedMessages' | 'sessionGraceMs' | 'takeOverDetachedNames' | 'emptyStreams'
> &
  Pick<TransportSettings, 'maxQueuedRequests' | 'maxQueuedBytes'> &
  BudgetSettings;

/** How long a candidate of a media server may wait for others where the client is at another node: they come several at a time. */
const candidateWithinMs = 10;
/** So often at least a client sends something that reports its quality, in ms. */
const reportEveryMs = 10_000;

export interface SessionContext {
  readonly rooms: Rooms;
  readonly access: Access;
  readonly passwords: Pick<Passwords, 'hash'>;
  readonly names: RoomNames;
  readonly sessions: Sessions;
  /** Encodes an event once for all that are told the same of it one after the other. */
  readonly encode: (event: RoomEvent, features: Features) => readonly Frame[];
  readonly limits: SessionLimits;
  readonly log: Log;
  readonly customRequest: CustomRequest;
  readonly ice: IceServers;
  readonly sessionRequests: RpcServer<SessionCall>;
  /** In a cluster: clients of sessions that were taken over from another process. */
  readonly returning?: ReturningClients | undefined;
}

/**
 * One client of the room protocol: its requests in order, its membership, its events. It outlives its connection by the
 * grace time. In that time its membership goes on, and what it is told is kept for it
 * (docs/protocols/kurento-room.md#15-connect-closesession, #16-what-happens-when-the-socket-drops).
 */
export class Session implements CallingSession, NameHolder, RelaySession {
  readonly #context: SessionContext;
  readonly #requests: RequestQueue<Request>;
  readonly #outlet: Outlet;
  /** Of its present or last connection, for the log. */
  #address: string | undefined;
  /** Of its present or last gateway. */
  #region: string | undefined;
  #id: string | undefined;
  #participant: Participant | undefined;
  #dataChannels = false;
  #features = noFeatures;
  /** Of the upgrade of its connection. */
  #token: string | undefined;
  #resumeToken: string | undefined;
  /** Set by leaveRoom, until it joins again. */
  #hasLeft = false;
  /** As `#hasLeft`, by somebody else. */
  #wasEvicted = false;
  /** Made when the client may first knock at a room. */
  #knocks: Knocks | undefined;
  #grace: Patience | undefined;
  #ending: NodeJS.Immediate | undefined;
  #ended = false;
  /** It will end once what is being served is answered. */
  #isOver = false;
  #lastRequest: RpcId | undefined;
  /** When its last message came, or its connection came or went: on the clock of `performance.now()`. */
  #heardAt = performance.now();
  /** Those that were there when the present connection came: the client may send them again. */
  #underWay: ReadonlySet<RpcId> = new Set();
  /** Of requests that came from another process. */
  #account: Account | undefined;
  /** Of these, what has been answered. */
  #repeatable = new Set<RpcId>();
  /** To be called when requests are done that came from another process. */
  readonly #finished = new WeakMap<Request, (withinMs?: number) => void>();

  /**
   * @param connection undefined: of a client that was connected to another process
   * @param token of the upgrade of the connection
   * @param id where the client has one already. Others cannot name it then
   */
  constructor(connection: SessionClient | undefined, context: SessionContext, token: string | undefined, id?: string) {
    const { limits, log } = context;
    const { maxQueuedRequests: maxRequests, maxQueuedBytes: maxLength } = limits;
    this.#context = context;
    this.#requests = new RequestQueue({ maxRequests, maxLength }, (request) => this.#execute(request));
    this.#outlet = new Outlet(connection, limits, () => {
      this.#endSoon(() => {
        log.warn('session ended: it missed too much', this.#fields());
      });
    });
    this.#address = connection?.address;
    this.#region = connection?.region;
    this.#token = token;
    this.#id = id;
  }

  /** The session of a client whose connection ends in another process, perhaps. */
  static begin(client: SessionClient, context: SessionContext, arrival: Arrival): Session {
    const { session: id, token, traceparent } = arrival;
    const session = new Session(client, context, token, id);
    session.#account = new Account(budgetOf(context.limits), undefined, traceparent);
    context.sessions.adopt(id, session);
    return session;
  }

  /** Goes on with the session of another process, whose client has the grace time to come back. */
  static restore(record: SessionRecord, participant: Participant, context: SessionContext): Session {
    const session = new Session(undefined, context, record.token);
    session.#id = record.id;
    context.sessions.adopt(record.id, session);
    session.#participant = participant;
    session.#features = featuresNamed(record.features);
    session.#dataChannels = record.dataChannels;
    session.#resumeToken = record.resumeToken;
    session.#address = record.address;
    const back = context.returning?.back(participant.room.name, participant.slot, session);
    if (back) session.#outlet.keepAt(back.client);
    for (const text of record.missed) session.#outlet.send(textFrame(text));
    const { told } = record;
    if (told)
      session.#outlet.count(
        true,
        new Told(context.limits, { ...told, kept: told.kept.map((text) => textFrame(text)) }),
      );
    session.#lastRequest = back?.lastRequest ?? record.lastRequest;
    session.#repeatable = new Set(back?.repeatable);
    session.#waitForClient();
    return session;
  }

  /** What another process needs to go on. */
  get record(): SessionRecord {
    const { told } = this.#outlet;
    return {
      ...{ id: this.id, features: namesOf(this.#features), dataChannels: this.#dataChannels },
      ...{ resumeToken: this.#resumeToken, token: this.#token, address: this.#address },
      missed: this.#outlet.missed.map(textOf),
      told: told && { count: told.count, sent: told.sent, kept: told.kept.map(textOf) },
      // Another process keeps it, together with what it is told.
      lastRequest: this.#outlet.keeper ? undefined : this.#lastRequest,
    };
  }

  /** For the operator. */
  get facts(): ClientFacts {
    return {
      session: shownSession(this.id),
      isConnected: !this.detached,
      features: namesOf(this.#features),
      address: this.#address,
      requests: this.#requests.requests.length,
      keptMessages: this.#outlet.missed.length + (this.#outlet.told?.kept.length ?? 0),
    };
  }

  /** How the participant of a restored session is told and served. */
  get returned(): Returned {
    const participant = this.participant;
    return {
      outbox: this.#tell,
      ...this.#known,
      publishing: (stream) => this.publicationOptions(participant, stream),
      subscribing: (publisher, stream) => ({ connectionFailed: this.failureListener(`${publisher.name}_${stream}`) }),
    };
  }

  /** Resolves when no request runs or waits. */
  idle(): Promise<void> {
    return this.#requests.idle();
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

  /** As `RelaySession.isOver`. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** As `RelaySession.isWaiting`. */
  get isWaiting(): boolean {
    return this.#knocks?.isWaiting === true;
  }

  /** Whether it was removed from its room. Then it cannot be resumed, not even on its own connection. */
  get wasEvicted(): boolean {
    return this.#wasEvicted;
  }

  /** There is a sign of the client. */
  heard(): void {
    this.#heardAt = performance.now();
  }

  /** As `HeardClient.silentMs`. */
  get silentMs(): number {
    // The server has read nothing for a while.
    if (sleptSince(this.#heardAt)) return 0;
    return Math.max(0, performance.now() - this.#heardAt - (this.detached ? 0 : reportEveryMs));
  }

  get features(): Features {
    return this.#features;
  }

  get token(): string | undefined {
    return this.#token;
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

  // Not async, as `#enter`: a promise that settles as another one does costs several turns of the microtask queue.
  join(wish: JoinWish, entered: (participant: Participant) => void): Promise<Participant> {
    const { token, user } = wish;
    if (this.#participant && !this.#participant.closed) {
      const { name, room: present } = this.#participant;
      throw new RoomError('participant-exists', `You are already in room "${present.name}" as "${name}"`);
    }
    const { access } = this.#context;
    const found = access.identify({ door: dialectName, address: this.#address, token, name: user });
    if (!(found instanceof Promise)) return this.#enter(wish, found, entered);
    const goOn = keepPayer();
    return found.then((bearer) => goOn(() => this.#enter(wish, bearer, entered)));
  }

  publicationOptions(participant: Participant, stream: string): ReturnType<CallingSession['publicationOptions']> {
    return {
      taken: () => {
        this.#publicationTaken(participant, stream);
      },
      connectionFailed: this.failureListener(`${participant.name}_${stream}`),
    };
  }

  mediaFailed(fields: object): void {
    this.#context.log.warn('a media connection failed', { ...this.#fields(), ...fields });
  }

  failureListener(sender: string): ((tried: TriedCandidates) => void) | undefined {
    if (has(this.#features, 'reports')) return undefined;
    return (tried) => {
      this.mediaFailed({ sender, pairs: pairsInShort(pairsOf(tried)) });
    };
  }

  leave(namesSession: boolean): void {
    this.participant.leave();
    this.#hasLeft = true;
    if (!namesSession) this.#closeUnlessUsed('Left the room', true);
    this.#over();
  }

  /** Whether the client counts what it is told (feature `resume`). */
  get counts(): boolean {
    return has(this.#features, 'resume');
  }

  /** Of the last request that was answered, as JSON. */
  get lastRequest(): RpcId | undefined {
    return this.#lastRequest;
  }

  get repeatable(): readonly RpcId[] {
    return [...this.#repeatable];
  }

  /** Whether everything is kept that follows so many messages. */
  hasAfter(received: number): boolean {
    return this.#outlet.told?.after(received) !== undefined;
  }

  acknowledged(received: number): void {
    this.#outlet.told?.acknowledged(received);
  }

  replace(): void {
    this.#outlet.connection?.close(1000, 'The client has joined again on another connection');
    this.end('replaced');
  }

  /**
   * Takes a request that is to run after those that came before.
   * @param length of its text
   */
  accept(request: Request, length: number): void {
    this.heard();
    if (this.#isRepeated(request)) return;
    if (!this.#requests.add(request, length)) this.#outlet.connection?.close(1008, 'Too many requests are waiting');
  }

  /** As `accept`, from another process, which has found that it is a request. */
  acceptText(text: string, finished: (withinMs?: number) => void): void {
    // The client is in no room any more: its gateway has it back once the session is over.
    if (this.#isOver) return;
    const request = readRequest(text);
    const pending = request && this.#pendingAs(request);
    if (pending) this.#finishes(pending, finished);
    else if (!request || this.#isRepeated(request)) finished();
    else {
      this.#finishes(request, finished);
      this.#acceptOnAccount(request, text.length);
    }
  }

  /**
   * What others are told because of a client's requests is counted here, where it is told. What the client sends is counted where its socket is.
   */
  #acceptOnAccount(request: Request, length: number): void {
    const account = (this.#account ??= new Account(budgetOf(this.#context.limits)));
    if (account.isSpent) {
      const error = new ProtocolError(tooManyRequests, 'Too many requests', {
        reason: 'too-many',
        retryAfterMs: account.retryAfterMs,
      });
      this.#outlet.send(textFrame(errorReply(error, request.id)));
      this.#outlet.connection?.close(1008, 'Too many requests');
      this.#finished.get(request)?.();
    } else {
      account.pay(() => {
        this.accept(request, length);
      }, undefined);
    }
  }

  /** As `goOn`, where the client gets by itself what it missed. */
  attach(client: SessionClient, token: string | undefined): void {
    this.goOn(client, token, undefined)();
  }

  /**
   * Goes on with another connection (docs/protocols/kurento-room.md#15-connect-closesession).
   * @param token of its upgrade; without one that of the former connection goes on
   * @param received how many messages the client has that it was told; undefined when it does not count
   * @returns a function that is to be called after the answer to connect: until then everything is kept, and then it is sent
   */
  goOn(connection: SessionClient, token: string | undefined, received: number | undefined): () => void {
    this.#grace?.stop();
    this.#token = token ?? this.#token;
    this.#outlet.connection?.close(1000, 'The session goes on with another connection');
    this.#outlet.detach();
    this.#participant?.keep();
    const present = this.#requests.requests.flatMap(({ id }) => id ?? []);
    this.#underWay = new Set(this.counts ? [...this.#underWay, ...present] : []);
    return () => {
      if (this.#ended || this.#outlet.connection) return;
      this.#outlet.attach(connection, received);
      this.heard();
      // Another owner of the room goes on with the connection, and does not know more of it.
      this.#address = connection.address || this.#address;
      this.#region = connection.region ?? this.#region;
      if (this.#region !== undefined) this.#participant?.regionChanged(this.#region);
      if (!connection.open) this.detach(connection, 'lost while it was resumed');
    };
  }

  /**
   * The connection is lost: nobody is told until the grace time is over
   * (docs/protocols/kurento-room.md#16-what-happens-when-the-socket-drops).
   */
  detach(connection: SessionClient, reason: string): void {
    if (this.#outlet.connection !== connection) return;
    this.#outlet.detach();
    this.heard();
    if (this.#id === undefined || this.#hasLeft) {
      this.end();
      return;
    }
    const { sessionGraceMs: graceMs } = this.#context.limits;
    this.#context.log.info('connection lost', { ...this.#fields(), reason, graceMs });
    this.#waitForClient();
  }

  /** The participant leaves and the id becomes unknown, at once. Does nothing the second time. */
  end(reason: 'left' | 'lost' | 'replaced' = 'left'): void {
    this.#ended = true;
    this.#grace?.stop();
    clearImmediate(this.#ending);
    this.#knocks?.gone();
    const { keeper } = this.#outlet;
    this.#outlet.close();
    this.#requests.clear();
    if (this.#id !== undefined) this.#context.sessions.forget(this.#id, this);
    this.#id = undefined;
    this.#participant?.leave(reason);
    keeper?.left(this.#wasEvicted);
  }

  /** @throws RoomError `not-allowed`, ProtocolError; rejects as `Rooms.join` */
  #enter(wish: JoinWish, bearer: Bearer, entered: (participant: Participant) => void): Promise<Participant> {
    const { dataChannels, features, resumeToken } = wish;
    const { rooms, names, limits } = this.#context;
    const known = { ...this.#known, region: this.#region };
    const newcomer = newcomerOf(wish, bearer, known, (_present, holder) => {
      if (holder instanceof Session) makePlaceFor(resumeToken, limits.takeOverDetachedNames, holder);
    });
    const enter: Enter = (participant) => {
      if (this.#ended) return undefined;
      this.#participant = participant;
      this.#hasLeft = false;
      this.#wasEvicted = false;
      this.#dataChannels = dataChannels;
      this.#features = features;
      this.#resumeToken = resumeToken === undefined ? undefined : newResumeToken();
      this.#outlet.count(has(features, 'resume'));
      this.#outlet.keeper?.entered(participant.slot);
      entered(participant);
      return this.#tell;
    };
    const room = names.keyOf(wish.room);
    if (!has(features, 'moderation')) return rooms.join(room, newcomer, enter);
    this.#knocks ??= new Knocks(this.#told);
    return this.#knocks.during((knocker) => rooms.join(room, { ...newcomer, knocker }, enter));
  }

  /** By what rooms know the client again. */
  get #known(): Pick<Newcomer, 'session' | 'sessionId'> {
    return { session: this, ...(this.#outlet.keeper && { sessionId: this.id }) };
  }

  /** A moderator has ended what the participant publishes: the client is told, if it wants to know of moderators. */
  #publicationTaken({ name }: Participant, stream: string): void {
    // A client of 2016 takes the name for that of somebody else.
    if (!has(this.#features, 'moderation')) return;
    this.#outlet.tell(
      textFrame(
        notificationText(participantUnpublished, {
          name,
          ...(has(this.#features, 'streams') && { streams: [{ id: stream }] }),
        }),
      ),
    );
  }

  #waitForClient(): void {
    this.#grace = new Patience(this.#context.limits.sessionGraceMs, () => {
      this.#context.log.info('session expired', this.#fields());
      this.end('lost');
    });
  }

  #execute(request: Request): Promise<void> {
    const { sessionRequests, customRequest, ice, passwords, sessions, limits } = this.#context;
    const { answeredFirst, mayWaitMs } = sessionRequests.find(request.method) ?? {};
    if (answeredFirst) this.#outlet.hold();
    const { emptyStreams } = limits;
    const call = { session: this, sessions, customRequest, ice, passwords, emptyStreams, afterwards: undefined };
    return sessionRequests.execute(request, call, (text) => {
      const { id } = request;
      if (id !== undefined) {
        this.#lastRequest = id;
        if (this.#underWay.has(id)) this.#repeatable.add(id);
      }
      if (text !== undefined) this.#outlet.send(textFrame(text), mayWaitMs?.answer);
      this.#outlet.sendHeld();
      this.#finished.get(request)?.(mayWaitMs?.answer);
    });
  }

  /** Not at once: the room may be telling everybody just now, and leaving tells everybody too. */
  #endSoon(report?: () => void): void {
    this.#ending ??= setImmediate(() => {
      report?.();
      this.end('lost');
    });
  }

  /** What became of a knock. */
  readonly #told: Knocker['told'] = (outcome) => {
    const text = outcome.admitted
      ? notificationText(admitted, {})
      : notificationText(denied, { reason: outcome.reason });
    this.#outlet.tell(textFrame(text));
  };

  readonly #tell = (event: RoomEvent): void => {
    const withinMs = event.type === 'candidateFound' ? candidateWithinMs : undefined;
    for (const frame of this.#context.encode(event, this.#features)) this.#outlet.tell(frame, withinMs);
    if (event.type === 'participantEvicted') this.#evicted();
    else if (event.type === 'roomClosed') this.#roomClosed();
    else if (event.type === 'participantRenamed') this.#endReceiving(event.participant);
  };

  /** The client may go on with its connection, as after leaveRoom, but not with the session (docs/access.md#the-room-protocol). */
  #evicted(): void {
    this.#hasLeft = true;
    this.#wasEvicted = true;
    this.#resumeToken = undefined;
    if (this.detached) this.#endSoon();
    else this.#over();
  }

  #roomClosed(): void {
    this.#closeUnlessUsed('The room is closed', false);
    this.#over();
  }

  /**
   * The client is in no room any more. Where its room decides in which process the session runs, the session is over too, once everything
   * is answered that was begun.
   */
  #over(): void {
    if (!this.#outlet.keeper) return;
    this.#isOver = true;
    this.#requests.clear();
    void this.#requests.idle().then(() => {
      this.end();
    });
  }

  /** The client believes that the participant left. In a microtask, because an outbox must not call back into the room. */
  #endReceiving(publisher: Participant): void {
    queueMicrotask(() => {
      if (this.#participant?.closed === false) this.#participant.unsubscribe(publisher);
    });
  }

  #closeUnlessUsed(reason: string, isPingUse: boolean): void {
    this.#outlet.connection?.closeUnlessUsed({ reason, isPingUse });
  }

  /** The iOS client repeats an unanswered request under the same id (docs/protocols/kurento-room.md#17-concurrency). */
  #isRepeated(request: Request): boolean {
    const { id } = request;
    if (id === undefined) return false;
    if (this.#pendingAs(request)) return true;
    // It was being served when the client began to send again what it has no answer to.
    if (this.#underWay.has(id) || this.#repeatable.has(id)) return true;
    // Such ones come first: the client has sent them all.
    this.#underWay = new Set();
    this.#repeatable = new Set();
    return false;
  }

  /** The same request, while it is served or waits. */
  #pendingAs(request: Request): Request | undefined {
    if (request.id === undefined) return undefined;
    const { sessionRequests } = this.#context;
    return this.#requests.requests.find((pending) => sessionRequests.areSame(pending, request));
  }

  /** A request may be to be reported to several, as it came on several connections. */
  #finishes(request: Request, finished: (withinMs?: number) => void): void {
    const former = this.#finished.get(request);
    this.#finished.set(request, (withinMs) => {
      former?.(withinMs);
      finished(withinMs);
    });
  }

  #fields(): object {
    const { room, id: participant } = this.#participant ?? {};
    return { room: room?.name, participant, session: this.#id && shownSession(this.#id), address: this.#address };
  }
}

/** For the log: whoever reads the id itself could go on with the session. */
function shownSession(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 8);
}
