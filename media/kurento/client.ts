import { setImmediate } from 'node:timers/promises';
import type kurento from 'kurento-client';
import { MediaError } from '../errors.js';
import type { Log } from '../../log.js';
import { Call, type CallSteps } from './call.js';
import { answer, type ServerInfo } from './messages.js';
import { claiming } from './owner.js';
import type { Owner } from './owner.js';
import { ServerFigures } from '../server-figures.js';
import { RemoteObject } from './remote-object.js';
import { Session } from './session.js';
import { outcomesOf } from './transaction.js';
import type { InnerRequest } from './transaction.js';

export interface ClientOptions {
  /** `ws://host:8888/kurento`; user and password in it are sent as Basic authentication. */
  readonly url: string;
  /** Within this every call is answered or fails. Default: 10 000. */
  readonly requestTimeoutMs?: number | undefined;
  /** How long the media server may be out of reach before its objects count as lost. Default: 5000. */
  readonly lostAfterMs?: number | undefined;
  /**
   * How long a media server that is lost is waited for, in ms: calls that need nothing of it wait for the next one at its address.
   * Default: as long as a call or an interruption may take.
   */
  readonly restartMs?: number | undefined;
  /** Whether it is the engine of this project, which tells the version whose protocol it speaks, none of its own. */
  readonly isEmbedded?: boolean | undefined;
  /** How often the media server has to show a sign of life. Default: 5000. */
  readonly pingIntervalMs?: number | undefined;
  /** Whose tags pipelines get. Default: none. */
  readonly owner?: Owner | undefined;
  /**
   * Called when the media server was out of reach for `lostAfterMs`, before its objects count as lost: others may reach it and take them
   * over. Must not reject. Default: nobody does.
   */
  readonly beforeLoss?: (() => Promise<void>) | undefined;
  readonly log: Log;
}

export interface ClientListener {
  changed(up: boolean): void;
  /** The connection is back and the session is the same. Single objects may be gone. */
  resumed(): void;
  /** Every object is gone. Objects made from now on are new ones. */
  mediaLost(failure: MediaError): void;
}

/** Of a media server as far as we know it: every object of ours ends with it. */
export type Life = symbol;

type PendingCall = Pick<Call<unknown, unknown>, 'sent' | 'fresh' | 'send' | 'fail' | 'result'>;

/**
 * idle: not connected yet. waiting: out of reach for a short time, calls wait. up. down: out of reach for long, calls fail at
 * once while the attempts go on. closed: by us.
 */
type State = 'idle' | 'waiting' | 'up' | 'down' | 'closed';

export const defaultRequestTimeoutMs = 10_000;
const defaultLostAfterMs = 5_000;
/** The object that is always there (docs/protocols/kurento-media.md#5-servermanager). */
const managerId = 'manager_ServerManager';
const greetAgainMs = 1_000;
/** Nobody listens at the address: the process is gone, and our objects with it. */
const nobodyListens = 'ECONNREFUSED';

/** kurento-client made safe: each call is answered or fails in time, and the loss of the media server is an event. */
export class Client {
  readonly figures = new ServerFigures();
  readonly #options: ClientOptions;
  readonly #log: Log;
  readonly #requestTimeoutMs: number;
  readonly #lostAfterMs: number;
  readonly #restartMs: number;
  readonly #listener: ClientListener;
  readonly #calls = new Set<PendingCall>();
  /** Objects of ours that the media server may still hold: released as soon as it can be reached. */
  readonly #unreleased = new Set<string>();
  /** What is on the media server and ours, by id. */
  readonly #objects = new Map<string, RemoteObject>();
  /** Objects that were left to other processes, and when (`performance.now()`). */
  readonly #letGo = new Map<string, number>();
  #life: Life = Symbol();
  #state: State = 'idle';
  #session: Session | undefined;
  /** Whether the session has been open: only then there is something to lose. */
  #served = false;
  #factories: ReadonlySet<string> = new Set();
  #capabilities: ReadonlySet<string> = new Set();
  #grace: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #reason = 'not connected';
  /** Whether its process counts as ended, so that the next one at its address is waited for. */
  #ended = false;
  #opening: { readonly promise: Promise<void>; settle(failure?: MediaError): void } | undefined;

  constructor(options: ClientOptions, listener: ClientListener) {
    this.#options = options;
    this.#log = options.log;
    this.#requestTimeoutMs = options.requestTimeoutMs ?? defaultRequestTimeoutMs;
    this.#lostAfterMs = options.lostAfterMs ?? defaultLostAfterMs;
    this.#restartMs = options.restartMs ?? Math.max(this.#lostAfterMs, this.#requestTimeoutMs);
    this.#listener = listener;
  }

  get up(): boolean {
    return this.#state === 'up';
  }

  /** The types the media server can create, as it said when it was reached last. */
  get factories(): ReadonlySet<string> {
    return this.#factories;
  }

  /** What the media server said it can do besides, when it was reached last. */
  get capabilities(): ReadonlySet<string> {
    return this.#capabilities;
  }

  /**
   * Resolves when the media server answers. Rejects with `unavailable` when it does not within `lostAfterMs`; the attempts go
   * on until `close`. Throws a SyntaxError when the URL is not that of a WebSocket.
   */
  connect(): Promise<void> {
    if (this.#opening) return this.#opening.promise;
    let settle: (failure?: MediaError) => void = () => undefined;
    const promise = new Promise<void>((resolve, reject) => {
      settle = (failure) => {
        if (failure) reject(failure);
        else resolve();
      };
    });
    promise.catch(() => undefined);
    this.#open();
    this.#wait();
    this.#opening = { promise, settle };
    return promise;
  }

  /** Waits for the answers of calls under way, releases included, no longer than `requestTimeoutMs`. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    while (this.up && this.#calls.size > 0) {
      await Promise.allSettled([...this.#calls].map((call) => call.result));
      // Their callers may have more to ask, such as a release.
      await setImmediate();
    }
    clearTimeout(this.#grace);
    clearTimeout(this.#retry);
    this.#become('closed');
    this.#reason = 'the connection was closed';
    this.#opening?.settle(this.#unavailable());
    this.#failCalls(() => true);
    this.#session?.close();
  }

  /** Whether pipelines get the tags of their owner. */
  get tagsPipelines(): boolean {
    return this.#session?.tagsPipelines ?? false;
  }

  /** Whether it is on the media server, and ours. */
  owns(id: string): boolean {
    return this.#objects.has(id);
  }

  /** When it was left to another process (`performance.now()`); undefined: never. */
  letGoAt(id: string): number | undefined {
    return this.#letGo.get(id);
  }

  /** Whether anything was left to another process. */
  get letsGo(): boolean {
    return this.#letGo.size > 0;
  }

  /** An object that another process has made. The media server is not asked. @throws MediaError `unavailable` when it is not there */
  adopt(id: string): RemoteObject {
    if (this.#state !== 'up' && this.#state !== 'waiting') throw this.#unavailable();
    const object = new RemoteObject(this, this.#life, id);
    this.#objects.set(id, object);
    this.#letGo.delete(id);
    return object;
  }

  /** Called by the object. @throws MediaError */
  async describe(object: RemoteObject): Promise<void> {
    this.#assertThere('describe', object);
    const attach = (raw: kurento.MediaObject | undefined): void => {
      if (raw) object.attach(raw);
    };
    await this.#call<kurento.MediaObject, undefined>({
      name: 'describe',
      send: (answered) => this.#session?.describe(object.id, answered),
      read: (raw) => {
        attach(raw);
        return undefined;
      },
      late: attach,
    });
  }

  /** Writes our tags in place of those of another process. @throws MediaError */
  async claim(pipeline: RemoteObject): Promise<void> {
    const { owner } = this.#options;
    if (owner && this.tagsPipelines) await this.transaction('take over', claiming(owner, pipeline.id));
  }

  createPipeline(): Promise<RemoteObject> {
    return this.#create('MediaPipeline', true, (session, answered) => {
      session.createPipeline(answered);
    });
  }

  /** `parent`: the pipeline. */
  create(type: string, params: object, parent: RemoteObject): Promise<RemoteObject> {
    return this.#create(type, false, (session, answered) => {
      session.create(type, params, parent.id, answered);
    });
  }

  /** Resolves with the values of the requests, up to the first that fails. */
  transaction(name: string, requests: readonly InnerRequest[]): Promise<unknown[]> {
    return this.#call<unknown, unknown[]>({
      name,
      send: (answered) => this.#session?.transaction(requests, answered),
      read: (raw) => outcomesOf(raw).flatMap((each) => ('value' in each ? [each.value] : [])),
    });
  }

  /** What the media server says that it has carried. @throws MediaError when it does not know the question */
  mediaFigures(): Promise<unknown> {
    const name = 'getMediaFigures';
    return this.#call<unknown, unknown>({
      name,
      send: (answered) =>
        this.#session?.request('invoke', { object: managerId, operation: name, operationParams: {} }, answered),
      read: (raw) => answer.parse(raw).value,
    });
  }

  /** Resolves with the `value` of the answer, within `timeoutMs` or the usual limit. Rejects with `object-gone` when the object was lost with its media server. */
  async request(
    method: string,
    object: RemoteObject,
    params: object,
    name = method,
    timeoutMs?: number,
  ): Promise<unknown> {
    this.#assertThere(name, object);
    return this.#call<unknown, unknown>({
      ...{ name, timeoutMs },
      send: (answered) => this.#session?.request(method, { object: object.id, ...params }, answered),
      read: (raw) => {
        const { success, data } = answer.safeParse(raw);
        if (!success) throw new MediaError('engine-error', `${name}: the media server answered something odd`);
        return data.value;
      },
    });
  }

  /** Never fails: what cannot be released now is released when the media server is back. */
  release(object: RemoteObject): void {
    if (this.#state === 'closed') return;
    this.forget(object);
    this.#unreleased.add(object.id);
    if (this.#state === 'up') this.#release(object.id);
  }

  /** For an object that is no longer on the media server, or soon will not be. */
  forget(object: RemoteObject): void {
    if (this.#objects.get(object.id) === object) this.#objects.delete(object.id);
  }

  /** Called by an object that is left to another process. */
  letGo(object: RemoteObject): void {
    if (object.life === this.#life && !this.#objects.has(object.id)) this.#letGo.set(object.id, performance.now());
  }

  /** Never fails. */
  unsubscribe(object: RemoteObject, subscription: unknown): void {
    if (this.#state !== 'up' || object.life !== this.#life) return;
    this.request('unsubscribe', object, { subscription }).catch((error: unknown) => {
      this.#log.debug('events are not wanted any more, and may still come', { object: object.id, error });
    });
  }

  #create(
    type: string,
    fresh: boolean,
    send: (session: Session, answered: kurento.Callback<kurento.MediaObject>) => void,
  ): Promise<RemoteObject> {
    let session: Session | undefined;
    let life = this.#life;
    return this.#call<kurento.MediaObject, RemoteObject>({
      name: `create ${type}`,
      fresh,
      send: (answered) => {
        session = this.#session;
        life = this.#life;
        if (session) send(session, answered);
      },
      read: (raw) => {
        if (!raw || !session) throw new MediaError('engine-error', `create ${type}: no object in the answer`);
        const object = new RemoteObject(this, life, raw.id, raw);
        if (life === this.#life) this.#objects.set(object.id, object);
        return object;
      },
      late: (raw) => {
        if (raw) new RemoteObject(this, life, raw.id, raw).release();
      },
    });
  }

  #release(id: string): void {
    const name = 'release';
    this.#call<unknown, undefined>({
      name,
      send: (answered) => this.#session?.release(id, answered),
      read: () => undefined,
      late: () => this.#unreleased.delete(id),
    }).then(
      () => this.#unreleased.delete(id),
      (error: unknown) => {
        const code = error instanceof MediaError ? error.code : 'engine-error';
        const later = code === 'unavailable' || code === 'timeout';
        if (!later) this.#unreleased.delete(id);
        const harmless = later || code === 'object-gone';
        this.#log[harmless ? 'debug' : 'warn']('an object was not released', { object: id, later, error });
      },
    );
  }

  #call<Raw, T>(steps: CallSteps<Raw, T>): Promise<T> {
    if (this.#state !== 'up' && this.#state !== 'waiting') return Promise.reject(this.#unavailable());
    const began = performance.now();
    const call = new Call(steps.timeoutMs ?? this.#requestTimeoutMs, steps, steps.fresh ? this.#restartMs : undefined);
    this.#calls.add(call);
    const ended = (outcome: string): void => {
      this.#calls.delete(call);
      this.figures.took(steps.name, outcome, performance.now() - began);
    };
    call.result.then(
      () => {
        ended('ok');
      },
      (error: unknown) => {
        ended(error instanceof MediaError ? error.code : 'engine-error');
      },
    );
    if (this.#state === 'up') call.send();
    return call.result;
  }

  /** @throws MediaError `object-gone` */
  #assertThere(name: string, object: RemoteObject): void {
    if (object.life === this.#life) return;
    throw new MediaError('object-gone', `${name}: the media server has lost the object`);
  }

  #failCalls(which: (call: PendingCall) => boolean): void {
    for (const call of this.#calls) if (which(call)) call.fail(this.#unavailable());
  }

  #unavailable(): MediaError {
    const isOverdue = this.#state === 'down' && this.#ended;
    return new MediaError(
      'unavailable',
      isOverdue
        ? `The media server has ended and was not back within ${this.#restartMs / 1000} s; try again later`
        : `The media server cannot be reached: ${this.#reason}`,
    );
  }

  #open(): void {
    clearTimeout(this.#retry);
    this.#session?.close();
    this.#session = new Session(
      { ...this.#options, requestTimeoutMs: this.#requestTimeoutMs },
      {
        opened: (server) => {
          this.#opened(server);
        },
        interrupted: (reason) => {
          this.#interrupted(reason);
        },
        forgotten: () => {
          this.#forgotten();
        },
        destroyed: (id) => {
          this.#letGo.delete(id);
          this.#objects.get(id)?.gone();
        },
        refused: (error) => {
          this.#refused(error);
        },
      },
    );
    this.#served = false;
  }

  #opened(server: ServerInfo | undefined): void {
    clearTimeout(this.#grace);
    this.#served = true;
    this.#ended = false;
    if (server) {
      this.#factories = new Set(server.modules.flatMap(({ factories }) => factories));
      this.#capabilities = new Set(server.capabilities);
    }
    this.#log.info('media server up', server && !this.#options.isEmbedded ? describe(server) : {});
    this.#become('up');
    for (const id of this.#unreleased) this.#release(id);
    for (const call of this.#calls) call.send();
    this.#opening?.settle();
    if (!server) this.#listener.resumed();
  }

  /**
   * Calls under way fail at once, since their answers would have come through the lost socket. Nobody learns the id of a pipeline
   * that was being made at this moment. If the session goes on, the media server keeps that pipeline, empty, until `LeftPipelines`
   * finds it by its tags.
   */
  #interrupted(reason: string): void {
    this.#reason = reason;
    if (this.#state === 'up') {
      this.#log.warn('media server out of reach', { reason });
      this.#failCalls((call) => call.sent);
      this.#wait();
    } else if (this.#served && reason === nobodyListens) {
      this.#begin();
    }
  }

  /** Starts the time in which the media server may come back; calls wait so long. */
  #wait(ms = this.#lostAfterMs): void {
    clearTimeout(this.#grace);
    this.#become('waiting');
    this.#grace = setTimeout(() => {
      const { beforeLoss } = this.#options;
      if (!beforeLoss || this.#objects.size === 0) {
        this.#stopWaiting();
        return;
      }
      const grace = this.#grace;
      void beforeLoss().then(() => {
        if (this.#grace === grace && this.#state === 'waiting') this.#stopWaiting();
      });
    }, ms);
  }

  #stopWaiting(): void {
    if (this.#served) {
      this.#begin();
      return;
    }
    this.#become('down');
    this.#failCalls(() => true);
    this.#reportLoss();
    this.#opening?.settle(this.#unavailable());
  }

  #forgotten(): void {
    this.#reason = 'it has forgotten our session';
    this.#begin();
    this.#unreleased.clear();
  }

  /**
   * Everything there is lost. Calls that need nothing of it wait for the next media server at this address, which is probably being
   * started. A process may take longer to start than a connection to come back.
   */
  #begin(): void {
    this.#ended = true;
    this.#failCalls((call) => call.sent || !call.fresh);
    this.#reportLoss();
    this.#wait(this.#restartMs);
  }

  #reportLoss(): void {
    if (this.#served) this.#log.error('media server lost', { reason: this.#reason });
    else this.#log.warn('no media server yet', { reason: this.#reason });
    // One that never answered may still have what was adopted.
    this.#listener.mediaLost(new MediaError('unavailable', `The media server was lost: ${this.#reason}`));
    this.#life = Symbol();
    this.#objects.clear();
    this.#letGo.clear();
    this.#open();
  }

  #become(state: State): void {
    const wasUp = this.up;
    this.#state = state;
    if (this.up !== wasUp) this.#listener.changed(this.up);
  }

  #refused(error: unknown): void {
    this.#reason = 'what answers there is no media server';
    this.#log.warn(this.#reason, { error });
    this.#session?.close();
    this.#retry = setTimeout(() => {
      this.#open();
    }, greetAgainMs);
  }
}

function describe({ type, version }: ServerInfo): object {
  return { server: `${type} ${version}` };
}
