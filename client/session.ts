import type { MethodName, NotificationName, RequestParams, RequestResult } from '../dialects/kurento-room/types.js';
import { BackOff, browserClock, type Clock } from './back-off.js';
import { Emitter } from './emitter.js';
import { ClientError, wireError } from './errors.js';
import type { Frame, Notification } from './frames.js';
import { fitsJson } from './given.js';
import { Socket } from './socket.js';

/** How the connection to the server behaves. All times are in ms. */
export interface SessionOptions {
  /** How long to wait for the WebSocket to open. Default: 10 000. */
  readonly openTimeoutMs?: number | undefined;
  /**
   * How long to wait for an answer. Default: 15 000 (the server answers well within that,
   * docs/protocols/kurento-room.md#17-concurrency).
   */
  readonly requestTimeoutMs?: number | undefined;
  /** How long to try to get a lost connection back. Default: 120 000; 0 gives up at once. */
  readonly reconnectForMs?: number | undefined;
  /** Members added to the params of every request, such as a token of your own. */
  readonly rpcParams?: Readonly<Record<string, unknown>> | undefined;
  /** @internal What pauses between attempts go by. For tests. Default: the browser's. */
  readonly clock?: Clock | undefined;
}

/** The closing code of a server that is there again soon. */
const restarting = 1012;
/** Over this time the clients of such a server come back to it. */
const restartSpreadMs = 3000;

interface SessionEvents {
  notification: [Notification];
  /** The socket is lost; requests wait. `resumed`, `renewed` or `lost` follows. */
  interrupted: [ClientError];
  /** The server has answered a ping: about every 5 s. */
  pinged: [];
  /** The session goes on. What was missed follows as notifications. */
  resumed: [];
  /** The server is there, but has forgotten us. */
  renewed: [];
  /** Given up. Last event, at most once. */
  lost: [ClientError];
}

type Result = Readonly<Record<string, unknown>>;

interface Pending {
  readonly method: string;
  readonly text: string;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: ClientError) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Requests about the connection: their answers do not count as messages of the session. */
const ofConnection: readonly string[] = ['ping', 'connect', 'closeSession', 'rpc.discover'] satisfies MethodName[];

/** Notifications that do not count either: nobody keeps them for us. */
const passing: readonly string[] = ['activeSpeakersChanged'] satisfies NotificationName[];

/** How long missed answers may take after a resumption. A request without an answer by then never reached the server. */
const missedWithinMs = 3_000;

/**
 * One client of the server, over one socket after another: JSON-RPC 2.0, and the session that the server keeps for a
 * while after a socket is lost (docs/protocols/kurento-room.md#15-connect-closesession,
 * #16-what-happens-when-the-socket-drops). Once lost or closed it cannot be used again.
 */
export class Session extends Emitter<SessionEvents> {
  readonly clock: Clock;
  readonly #url: string;
  readonly #options: SessionOptions;
  readonly #pending = new Map<number, Pending>();
  #rpcParams: Readonly<Record<string, unknown>>;
  #socket: Socket | undefined;
  #id: string | undefined;
  /** A client that the server never knew has nothing to get back. */
  #hadSession = false;
  #nextRequest = 0;
  /** Requests that wait for a socket. */
  #waiting: number[] = [];
  #interrupted = false;
  /** The next attempt to get the connection back has to wait so long, in ms. */
  #notBeforeMs = 0;
  /** How many messages the session has had since we joined. Undefined: the server does not count them. */
  #received: number | undefined;
  /** The last request that the server had answered when the session was resumed. */
  #lastAnswered: number | undefined;
  readonly #life = new AbortController();
  /** Until the answers that were missed must have come. */
  #missing: ReturnType<typeof setTimeout> | undefined;
  /** One for all attempts: a connection that comes up and is lost at once also makes the next wait longer. */
  readonly #backOff: BackOff;

  /** Rejects with `unreachable` or `timeout`, or with `closed` when the signal says that it is not wanted any more. */
  static async open(url: string, options: SessionOptions = {}, signal?: AbortSignal): Promise<Session> {
    const session = new Session(url, options);
    session.#adopt(await Socket.open(url, options, signal));
    return session;
  }

  private constructor(url: string, options: SessionOptions) {
    super();
    this.#url = url;
    this.#options = options;
    this.clock = options.clock ?? browserClock;
    this.#backOff = new BackOff(this.clock);
    this.#rpcParams = options.rpcParams ?? {};
  }

  /** Members added to the params of every later request. */
  setRpcParams(params: Readonly<Record<string, unknown>>): void {
    this.#rpcParams = params;
  }

  /** Whether there is a connection at present. */
  get connected(): boolean {
    return this.#socket !== undefined && !this.#interrupted;
  }

  /** Rejects with the server's refusal, `timeout`, `disconnected` or `closed`. Waits while the connection is being got back. */
  async request<M extends MethodName>(
    method: M,
    params: RequestParams<M>,
    timeoutMs = this.#options.requestTimeoutMs ?? 15_000,
  ): Promise<RequestResult<M>> {
    return (await this.#ask(method, params, timeoutMs, this.#interrupted)) as RequestResult<M>;
  }

  /** As `request`, for methods that this library does not know. */
  requestUnknown(method: string, params: Readonly<Record<string, unknown>>): Promise<Result> {
    return this.#ask(method, params, this.#options.requestTimeoutMs ?? 15_000, this.#interrupted);
  }

  /** A lost connection is got back from now on, although the server has not given us a session yet: we wait to be let in. */
  keep(): void {
    this.#hadSession = true;
  }

  /** Closes the socket. What is still waiting for an answer rejects with `closed`. No event. */
  close(): void {
    this.#end(new ClientError('closed', 'The connection was closed.'));
  }

  /** Drops the socket as if the network had lost it. For tests, and for pages that know of a loss before we do. */
  drop(): void {
    this.#socket?.drop();
  }

  #ask(method: string, params: object, timeoutMs: number, wait: boolean): Promise<Result> {
    if (this.#hasEnded())
      return Promise.reject(new ClientError('disconnected', 'There is no connection to the server.'));
    const id = this.#nextRequest++;
    return new Promise((resolve, reject) => {
      // What it throws, the request rejects with.
      const text = fitsJson({ jsonrpc: '2.0', method, params: { ...params, ...this.#rpcParams }, id });
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new ClientError('timeout', `The server did not answer ${method}.`));
      }, timeoutMs);
      this.#pending.set(id, { method, text, resolve, reject, timer });
      if (wait) this.#waiting.push(id);
      else this.#socket?.send(text);
    });
  }

  #adopt(socket: Socket): void {
    this.#socket = socket;
    socket.onFrame = (frame) => {
      this.#receive(frame);
    };
    socket.onLost = (reason, code) => void this.#recover(reason, code);
    socket.watch(async (interval) => {
      const params = { ...(interval !== undefined && { interval }), ...this.#progress };
      await this.#ask('ping', params, Socket.pingTimeoutMs, false);
      this.emit('pinged');
    });
  }

  /** Params by which the server learns what we have. */
  get #progress(): { readonly received?: number } {
    return this.#received === undefined ? {} : { received: this.#received };
  }

  #receive(frame: Frame): void {
    if (this.#hasEnded()) return;
    const pending = 'id' in frame ? this.#pending.get(frame.id) : undefined;
    if (this.#received !== undefined && !doesNotCount(frame, pending)) this.#received += 1;
    if (frame.type === 'ignored') return;
    if (frame.type === 'notification') {
      this.emit('notification', frame.notification);
      return;
    }
    if (!pending) return;
    this.#pending.delete(frame.id);
    clearTimeout(pending.timer);
    if (frame.type === 'error') {
      pending.reject(wireError(frame.code, frame.message, frame.data));
      return;
    }
    const { sessionId } = frame.result;
    if (pending.method === 'joinRoom') this.#received = counts(frame.result) ? 1 : undefined;
    if (pending.method === 'connect') this.#lastAnswered = lastRequestIn(frame.result);
    if (typeof sessionId === 'string' && sessionId !== '') {
      this.#id = sessionId;
      this.#hadSession = true;
    }
    pending.resolve(frame.result);
  }

  async #recover(reason: string, code?: number): Promise<void> {
    if (this.#hasEnded() || this.#interrupted) return;
    clearTimeout(this.#missing);
    const error = new ClientError('disconnected', `The connection to the server was lost${reason && `: ${reason}`}.`);
    const { reconnectForMs = 120_000 } = this.#options;
    if (reconnectForMs === 0 || !this.#hadSession) {
      this.#connectionLost(error);
      return;
    }
    this.#interrupted = true;
    this.#socket = undefined;
    const before = new Set(this.#pending.keys());
    this.emit('interrupted', error);
    const until = this.clock.now() + reconnectForMs;
    this.#notBeforeMs = code === restarting ? this.clock.random() * restartSpreadMs : 0;
    for (;;) {
      const socket = await this.#reconnect(until);
      if (this.#hasEnded()) {
        socket?.close();
        return;
      }
      if (!socket) {
        this.#connectionLost(error);
        return;
      }
      const outcome = await this.#resume(socket);
      if (this.#hasEnded()) return;
      if (outcome === 'lost') continue;
      this.#interrupted = false;
      if (outcome === 'resumed') this.#goOn(socket, before);
      else this.#beginAnew(before);
      return;
    }
  }

  /** Resolves with undefined when the time is over, or when the session was closed. */
  async #reconnect(until: number): Promise<Socket | undefined> {
    const online = (): void => {
      this.#backOff.hurry();
    };
    globalThis.addEventListener('online', online);
    try {
      while (!this.#hasEnded() && this.clock.now() < until) {
        await this.#backOff.wait(this.#notBeforeMs);
        this.#notBeforeMs = 0;
        if (this.#hasEnded()) return undefined;
        try {
          return await Socket.open(this.#url, this.#options, this.#life.signal);
        } catch {
          // Not yet.
        }
      }
      return undefined;
    } finally {
      globalThis.removeEventListener('online', online);
    }
  }

  async #resume(socket: Socket): Promise<'resumed' | 'unknown' | 'lost'> {
    this.#adopt(socket);
    if (this.#id === undefined) return 'unknown';
    const lost = new Promise<'lost'>((resolve) => {
      socket.onLost = () => {
        resolve('lost');
      };
    });
    const params = { sessionId: this.#id, ...this.#progress };
    const known = this.#ask('connect', params, Socket.pingTimeoutMs, false).then(
      () => 'resumed' as const,
      // A server that does not answer may know the session, as one of several nodes that waits for its hub.
      (error: unknown) =>
        error instanceof ClientError && error.code === 'timeout' ? ('lost' as const) : ('unknown' as const),
    );
    const outcome = await Promise.race([known, lost]);
    if (outcome === 'lost') socket.close();
    socket.onLost = (reason, code) => void this.#recover(reason, code);
    return socket.open ? outcome : 'lost';
  }

  /** @param before the requests that were under way when the former socket was lost */
  #goOn(socket: Socket, before: ReadonlySet<number>): void {
    // What has an answer is told again, if we do not have it; anything else the server does not know, or knows that it comes twice.
    if (this.#received !== undefined) for (const id of this.#unanswered(before)) this.#waiting.unshift(id);
    for (const id of this.#waiting.splice(0)) {
      const waiting = this.#pending.get(id);
      if (waiting) socket.send(waiting.text);
    }
    if (this.#received === undefined)
      this.#missing = setTimeout(() => {
        this.#forsake(before, 'timeout', 'The request was lost with the connection.');
      }, missedWithinMs);
    this.emit('resumed');
  }

  /** The last first. */
  #unanswered(before: ReadonlySet<number>): readonly number[] {
    const last = this.#lastAnswered ?? -1;
    const isOurs = (id: number): boolean => !ofConnection.includes(this.#pending.get(id)?.method ?? 'ping');
    return [...before].filter((id) => id > last && !this.#waiting.includes(id) && isOurs(id)).reverse();
  }

  /** Requests that the present socket carries already, such as its first ping, go on. */
  #beginAnew(before: ReadonlySet<number>): void {
    this.#id = undefined;
    this.#received = undefined;
    const forgotten = new Set([...before, ...this.#waiting.splice(0)]);
    this.#forsake(forgotten, 'disconnected', 'The server has forgotten the request.');
    this.emit('renewed');
  }

  #forsake(requests: ReadonlySet<number>, code: 'timeout' | 'disconnected', message: string): void {
    for (const id of requests) {
      const pending = this.#pending.get(id);
      if (!pending) continue;
      this.#pending.delete(id);
      clearTimeout(pending.timer);
      pending.reject(new ClientError(code, message));
    }
  }

  #connectionLost(error: ClientError): void {
    if (this.#hasEnded()) return;
    this.#end(error);
    this.emit('lost', error);
  }

  /** A method: it may change during any `await`, which the compiler does not see of a field. */
  #hasEnded(): boolean {
    return this.#life.signal.aborted;
  }

  #end(error: ClientError): void {
    if (this.#hasEnded()) return;
    this.#life.abort();
    this.#backOff.hurry();
    clearTimeout(this.#missing);
    this.#socket?.close();
    this.#waiting = [];
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#pending.clear();
  }
}

function doesNotCount(frame: Frame, pending: Pending | undefined): boolean {
  if (frame.type === 'notification') return passing.includes(frame.notification.method);
  return pending !== undefined && ofConnection.includes(pending.method);
}

/** Whether the server counts what it tells us from this answer to joinRoom on. */
function counts({ features }: Result): boolean {
  return Array.isArray(features) && features.includes('resume');
}

/** Our ids are numbers that grow. */
function lastRequestIn({ lastRequest }: Result): number | undefined {
  return typeof lastRequest === 'number' ? lastRequest : undefined;
}
