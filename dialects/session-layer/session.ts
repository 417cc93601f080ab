import { createHash } from 'node:crypto';
import type { Arrival, RelaySession, SessionClient } from '../../cluster/port.js';
import type { ClientFacts, HeardClient, Newcomer, Participant } from '../../rooms/index.js';
import { textFrame, textOf } from '../../transport/frame.js';
import { Account } from '../../transport/gate/account.js';
import { Patience, sleptSince } from '../../transport/gate/patience.js';
import { budgetOf } from '../../transport/options.js';
import { RequestQueue } from '../request-queue.js';
import { AnsweredRequests } from './answered-requests.js';
import { ProtocolError, tooManyRequests } from './errors.js';
import type { SessionContext } from './layer.js';
import { Outlet } from './outlet.js';
import type { Request, RpcId } from './read-request.js';
import { errorReply } from './rpc-server.js';
import type { SessionRecord } from './session-record.js';
import { Told } from './told.js';

/** So often at least a client sends something that reports its quality, in ms. */
const reportEveryMs = 10_000;

/**
 * One client: its requests in order, its membership, and what it is told. It outlives its connection by the grace time. In that time its
 * membership goes on, and what it is told is kept for it
 * (docs/protocols/kurento-room.md#15-connect-closesession, #16-what-happens-when-the-socket-drops). What its requests do, a protocol says.
 */
export abstract class Session implements HeardClient, RelaySession {
  protected readonly outlet: Outlet;
  readonly #context: SessionContext;
  readonly #requests: RequestQueue<Request>;
  readonly #answered = new AnsweredRequests();
  /** Of its present or last connection, for the log. */
  #address: string | undefined;
  /** Of its present or last gateway. */
  #region: string | undefined;
  #id: string | undefined;
  #participant: Participant | undefined;
  /** Of the upgrade of its connection. */
  #token: string | undefined;
  /** It was in a room, and is in none now. */
  #hasLeft = false;
  #mayResume = true;
  #grace: Patience | undefined;
  #ending: NodeJS.Immediate | undefined;
  #ended = false;
  /** It will end once what is being served is answered. */
  #isOver = false;
  /** When its last message came, or its connection came or went: on the clock of `performance.now()`. */
  #heardAt = performance.now();
  /** Of requests that came from another process. */
  #account: Account | undefined;
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
    this.outlet = new Outlet(connection, limits, () => {
      this.#endSoon(() => {
        log.warn('session ended: it missed too much', this.fields);
      });
    });
    this.#address = connection?.address;
    this.#region = connection?.region;
    this.#token = token;
    this.#id = id;
  }

  /** The client's connection ends in another process, perhaps: its messages come by `acceptText`. */
  begin({ session: id, traceparent }: Arrival): this {
    this.#account = new Account(budgetOf(this.#context.limits), undefined, traceparent);
    this.#context.sessions.adopt(id, this);
    return this;
  }

  /** Goes on with the session of another process, whose client has the grace time to come back. For a session without a connection. */
  restore(record: SessionRecord, participant: Participant): this {
    const { sessions, limits, returning } = this.#context;
    this.#id = record.id;
    sessions.adopt(record.id, this);
    this.#participant = participant;
    this.#address = record.address;
    const back = returning?.back(participant.room.name, participant.slot, this);
    if (back) this.outlet.keepAt(back.client);
    for (const text of record.missed) this.outlet.send(textFrame(text));
    const { told } = record;
    if (told) this.outlet.count(true, new Told(limits, { ...told, kept: told.kept.map((text) => textFrame(text)) }));
    this.#answered.restore(back?.lastRequest ?? record.lastRequest, back?.repeatable);
    this.#waitForClient();
    return this;
  }

  /** What another process needs to go on. */
  get record(): SessionRecord {
    const { told } = this.outlet;
    return {
      ...{ id: this.id, token: this.#token, address: this.#address },
      missed: this.outlet.missed.map(textOf),
      told: told && { count: told.count, sent: told.sent, kept: told.kept.map(textOf) },
      // Another process keeps it, together with what it is told.
      lastRequest: this.outlet.keeper ? undefined : this.#answered.last,
    };
  }

  /** For the operator. */
  get facts(): ClientFacts {
    return {
      session: shownSession(this.id),
      isConnected: !this.detached,
      features: [],
      address: this.#address,
      requests: this.#requests.requests.length,
      keptMessages: this.outlet.missed.length + (this.outlet.told?.kept.length ?? 0),
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
    return this.outlet.connection === undefined;
  }

  /**
   * Whether the client was in a room, and is in none now. Then the session is gone with its connection
   * (docs/protocols/kurento-room.md#16-what-happens-when-the-socket-drops).
   */
  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  /** Whether it is in a room. */
  get isIn(): boolean {
    return this.present !== undefined;
  }

  /** As `RelaySession.isOver`. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The name of the dialect. */
  abstract readonly dialect: string;

  /** As `RelaySession.isWaiting`. */
  abstract readonly isWaiting: boolean;

  /** As `RelaySession.counts`. */
  abstract readonly counts: boolean;

  /** Otherwise it cannot be resumed, not even on its own connection. */
  get mayResume(): boolean {
    return this.#mayResume;
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

  get token(): string | undefined {
    return this.#token;
  }

  /** Of the last request that was answered, as JSON. */
  get lastRequest(): RpcId | undefined {
    return this.#answered.last;
  }

  get repeatable(): readonly RpcId[] {
    return this.#answered.repeatable;
  }

  /** Whether everything is kept that follows so many messages. */
  hasAfter(received: number): boolean {
    return this.outlet.told?.after(received) !== undefined;
  }

  acknowledged(received: number): void {
    this.outlet.told?.acknowledged(received);
  }

  /** Ends although it has a connection, because the same client has joined on another one. */
  replace(): void {
    this.outlet.connection?.close(1000, 'The client has joined again on another connection');
    this.end('replaced');
  }

  /**
   * Takes a request that is to run after those that came before.
   * @param length of its text
   */
  accept(request: Request, length: number): void {
    this.heard();
    if (this.#isRepeated(request)) return;
    if (!this.#requests.add(request, length)) this.outlet.connection?.close(1008, 'Too many requests are waiting');
  }

  /** As `accept`, from another process, which has found that it is a request. */
  acceptText(text: string, finished: (withinMs?: number) => void): void {
    // The client is in no room any more: its gateway has it back once the session is over.
    if (this.#isOver) return;
    const request = this.#context.read(text);
    const pending = request && this.#pendingAs(request);
    if (pending) this.#finishes(pending, finished);
    else if (!request || this.#isRepeated(request)) finished();
    else {
      this.#finishes(request, finished);
      this.#acceptOnAccount(request, text.length);
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
    // Where another process keeps what it is told, there is nothing else to keep. After the death of a node that is said for all of its sessions.
    const address = connection.address || this.#address;
    const isKept = this.outlet.keeper && (token ?? this.#token) === this.#token && address === this.#address;
    this.#token = token ?? this.#token;
    this.outlet.connection?.close(1000, 'The session goes on with another connection');
    this.outlet.detach();
    if (!isKept) this.#participant?.keep();
    const present = this.#requests.requests.flatMap(({ id }) => id ?? []);
    this.#answered.clientIsBack(present, this.counts);
    return () => {
      if (this.#ended || this.outlet.connection) return;
      this.outlet.attach(connection, received);
      this.heard();
      // Another owner of the room goes on with the connection, and does not know more of it.
      this.#address = connection.address || this.#address;
      this.#region = connection.region ?? this.#region;
      if (this.#region !== undefined) this.#participant?.regionChanged(this.#region);
      if (connection.open) this.cameBack();
      else this.detach(connection, 'lost while it was resumed');
    };
  }

  /** It has a connection again, and was told what is kept. What is not kept can be told anew. */
  protected cameBack(): void {
    // Most protocols keep everything.
  }

  /**
   * The connection is lost: nobody is told until the grace time is over
   * (docs/protocols/kurento-room.md#16-what-happens-when-the-socket-drops).
   */
  detach(connection: SessionClient, reason: string): void {
    if (this.outlet.connection !== connection) return;
    this.outlet.detach();
    this.heard();
    if (this.#id === undefined || this.#hasLeft) {
      this.end();
      return;
    }
    const { sessionGraceMs: graceMs } = this.#context.limits;
    this.#context.log.info('connection lost', { ...this.fields, reason, graceMs });
    this.#waitForClient();
  }

  /** The participant leaves and the id becomes unknown, at once. Does nothing the second time. */
  end(reason: 'left' | 'lost' | 'replaced' = 'left'): void {
    this.#ended = true;
    this.#grace?.stop();
    clearImmediate(this.#ending);
    this.ending();
    const { keeper } = this.outlet;
    this.outlet.close();
    this.#requests.clear();
    if (this.#id !== undefined) this.#context.sessions.forget(this.#id, this);
    this.#id = undefined;
    this.#participant?.leave(reason);
    keeper?.left(!this.#mayResume);
  }

  /** Executes a request, as `RpcServer.execute`. */
  protected abstract serve(request: Request, reply: (text: string | undefined) => void): Promise<void>;

  /** It ends: what the protocol holds for it besides ends too. May be called twice. */
  protected abstract ending(): void;

  protected get ended(): boolean {
    return this.#ended;
  }

  /** The client comes into a room, and nobody is told of that yet. */
  protected entered(participant: Participant): void {
    this.#participant = participant;
    this.#hasLeft = false;
    this.#mayResume = true;
    this.outlet.keeper?.entered(participant.slot);
  }

  /** Its participant, while that is in a room. */
  protected get present(): Participant | undefined {
    return this.#participant?.closed === false ? this.#participant : undefined;
  }

  protected get address(): string | undefined {
    return this.#address;
  }

  protected get region(): string | undefined {
    return this.#region;
  }

  /** By what rooms know the client again. */
  protected get known(): Pick<Newcomer, 'session' | 'sessionId'> {
    return { session: this, ...(this.outlet.keeper && { sessionId: this.id }) };
  }

  /** For the log. */
  protected get fields(): object {
    const { room, id: participant } = this.#participant ?? {};
    return { room: room?.name, participant, session: this.#id && shownSession(this.#id), address: this.#address };
  }

  /** The client is in no room any more. It may go on with its connection. @param mayResume whether it may go on with the session there */
  protected left(mayResume: boolean): void {
    this.#hasLeft = true;
    this.#mayResume = mayResume;
  }

  /** The client was removed from its room, and told so. */
  protected evicted(): void {
    this.left(false);
    if (this.detached) this.#endSoon();
    else this.over();
  }

  /**
   * The client is in no room any more. Where its room decides in which process the session runs, the session is over too, once everything
   * is answered that was begun.
   */
  protected over(): void {
    if (!this.outlet.keeper) return;
    this.#isOver = true;
    this.#requests.clear();
    void this.#requests.idle().then(() => {
      this.end();
    });
  }

  protected closeUnlessUsed(reason: string, isPingUse: boolean): void {
    this.outlet.connection?.closeUnlessUsed({ reason, isPingUse });
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
      this.outlet.send(textFrame(errorReply(error, request.id)));
      this.outlet.connection?.close(1008, 'Too many requests');
      this.#finished.get(request)?.();
    } else {
      account.pay(() => {
        this.accept(request, length);
      }, undefined);
    }
  }

  #waitForClient(): void {
    this.#grace = new Patience(this.#context.limits.sessionGraceMs, () => {
      this.#context.log.info('session expired', this.fields);
      this.end('lost');
    });
  }

  #execute(request: Request): Promise<void> {
    const { answeredFirst, mayWaitMs } = this.#context.sessionRequests.find(request.method) ?? {};
    if (answeredFirst) this.outlet.hold();
    return this.serve(request, (text) => {
      const { id } = request;
      if (id !== undefined) this.#answered.add(id);
      if (text !== undefined) this.outlet.send(textFrame(text), mayWaitMs?.answer);
      this.outlet.sendHeld();
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

  /** The iOS client repeats an unanswered request under the same id (docs/protocols/kurento-room.md#17-concurrency). */
  #isRepeated(request: Request): boolean {
    const { id } = request;
    if (id === undefined) return false;
    return this.#pendingAs(request) !== undefined || this.#answered.isAgain(id);
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
}

/** For the log: whoever reads the id itself could go on with the session. */
function shownSession(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 8);
}
