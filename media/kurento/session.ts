import type kurentoClient from 'kurento-client';
import type { Log } from '../../log.js';
import { answer, objectDestroyed, serverInfo, type ServerInfo } from './messages.js';
import { creation, ending } from './owner.js';
import type { Owner } from './owner.js';
import { kurento } from './package.js';
import { serverAddress } from './server-address.js';
import { outcomesOf, transactionOf } from './transaction.js';
import type { InnerRequest, Outcome } from './transaction.js';

/** kurento-client forgets a request after this time. An object in a later answer could not be released. */
const minRememberedMs = 60_000;

export interface SessionListener {
  /** The media server answers: for the first time, or again after an interruption, with every object as it was. */
  opened(server: ServerInfo | undefined): void;
  /** The socket is gone, or another attempt to get one failed. The next attempt is under way. */
  interrupted(reason: string): void;
  /** The media server does not know the session any more, nor anything that was made in it. */
  forgotten(): void;
  /** The media server has released the object with this id, whoever asked for it. */
  destroyed(id: string): void;
  /** Something answers that is no media server. */
  refused(error: unknown): void;
}

export interface SessionOptions {
  readonly url: string;
  readonly requestTimeoutMs: number;
  readonly pingIntervalMs?: number | undefined;
  /** Whose tags pipelines get. Default: none. */
  readonly owner?: Owner | undefined;
  readonly log: Log;
}

/**
 * One session with a media server: one object of kurento-client, which keeps the session when the socket is lost. Requests go
 * through the package's `_rpc` with ids in place of objects. The typed methods of the package end in the same place, but they
 * copy the object and decorate a promise on the way. That more than doubles the cost of a call, and a subscription that fails
 * is not reported.
 */
export class Session {
  readonly #kurento: kurentoClient.KurentoClient;
  readonly #listener: SessionListener;
  readonly #log: Log;
  readonly #owner: Owner | undefined;
  #takesTransactions = false;
  #root: kurentoClient.MediaObject | undefined;
  #closed = false;

  /** Throws a SyntaxError when the URL is not that of a WebSocket. */
  constructor({ url, requestTimeoutMs, pingIntervalMs, owner, log }: SessionOptions, listener: SessionListener) {
    this.#listener = listener;
    this.#owner = owner;
    this.#log = log;
    const address = serverAddress(url);
    const socket = {
      headers: address.headers,
      ...(pingIntervalMs !== undefined && { pingIntervalMs }),
      onClose: (reason: string) => {
        if (!this.#closed) listener.interrupted(reason);
      },
      onFault: (error: unknown) => {
        log.warn('a message of the media server could not be used', { error });
      },
    };
    const options = {
      strict: false,
      request_timeout: Math.max(minRememberedMs, 2 * requestTimeoutMs),
      duplicates_timeout: 1,
      socket,
    };
    this.#kurento = kurento(address.url, options, () => undefined);
    this.#kurento.on('connected', () => {
      if (!this.#closed) this.#greet();
    });
    this.#kurento.on('reconnected', (sameSession) => {
      if (this.#closed) return;
      if (!sameSession) listener.forgotten();
      else if (this.#root) listener.opened(undefined);
      else this.#greet();
    });
  }

  /** `pipeline`: the id of the one in which it is made. */
  create(
    type: string,
    params: object,
    pipeline: string,
    callback: kurentoClient.Callback<kurentoClient.MediaObject>,
  ): void {
    this.#kurento.create(type, { ...params, mediaPipeline: pipelineWith(pipeline) }, callback);
  }

  /** Whether pipelines get the tags of their owner. Known once the session is open. */
  get tagsPipelines(): boolean {
    return this.#tagger !== undefined;
  }

  /** With the tags of its owner, in one request: no pipeline is ever there without. */
  createPipeline(callback: kurentoClient.Callback<kurentoClient.MediaObject>): void {
    const owner = this.#tagger;
    if (!owner) {
      this.#kurento.create('MediaPipeline', {}, callback);
      return;
    }
    this.#transact(creation(owner), (error, id) => {
      if (typeof id === 'string') this.describe(id, callback);
      else callback(error ?? new Error('create MediaPipeline: no object in the answer'));
    });
  }

  /** The package tells events of objects that it has made, or described. */
  describe(id: string, callback: kurentoClient.Callback<kurentoClient.MediaObject>): void {
    this.#kurento.getMediaobjectById(id, callback);
  }

  /** A pipeline, or what is inside one. */
  release(id: string, callback: kurentoClient.Callback<unknown>): void {
    if (this.#tagger && !id.includes('/')) this.#transact(ending(id), callback);
    else this.request('release', { object: id }, callback);
  }

  /** The callback gets the answer of the whole; for `outcomesOf`. */
  transaction(requests: readonly InnerRequest[], callback: kurentoClient.Callback<unknown>): void {
    this.request('transaction', transactionOf(requests), callback);
  }

  /** `params.object` is an id. */
  request(method: string, params: object, callback: kurentoClient.Callback<unknown>): void {
    if (!this.#root) throw new Error('the session is not open yet');
    this.#root.emit('_rpc', undefined, method, params, callback);
  }

  get #tagger(): Owner | undefined {
    return this.#takesTransactions ? this.#owner : undefined;
  }

  /** The callback gets what became of the first request. */
  #transact(requests: readonly InnerRequest[], callback: kurentoClient.Callback<unknown>): void {
    this.transaction(requests, (error, raw) => {
      if (error !== null && error !== undefined) {
        callback(error);
        return;
      }
      let outcomes: Outcome[];
      try {
        outcomes = outcomesOf(raw);
      } catch (fault) {
        callback(fault);
        return;
      }
      const [first, ...others] = outcomes;
      for (const other of others) {
        if ('error' in other) this.#log.warn('the tags of a pipeline could not be changed', { error: other.error });
      }
      if (first && 'value' in first) callback(null, first.value);
      else callback(first?.error ?? new Error('nothing in the answer'));
    });
  }

  /** After this the listener hears nothing more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#kurento.close();
    // `close` waits for the answer to the last request, which may never come.
    this.#kurento._re.disconnect();
  }

  #greet(): void {
    this.#kurento.getMediaobjectById('manager_ServerManager', (error, root) => {
      if (this.#closed) return;
      if (!root) {
        this.#listener.refused(error);
        return;
      }
      this.#watch(root);
      const question = { object: root.id, operation: 'getInfo' };
      root.emit('_rpc', undefined, 'invoke', question, (error, raw) => {
        if (this.#closed) return;
        const info = serverInfo.safeParse(answer.safeParse(raw).data?.value);
        if (!info.success) {
          this.#listener.refused(error ?? info.error);
          return;
        }
        this.#root = root;
        this.#takesTransactions = info.data.capabilities.includes('transactions');
        this.#listener.opened(info.data);
      });
    });
  }

  /** It is asked for first and answered first, so nothing that is made in an open session is released unnoticed. */
  #watch(root: kurentoClient.MediaObject): void {
    const type = 'ObjectDestroyed';
    // The package would subscribe by itself, and throw when the media server refuses.
    root.removeAllListeners('newListener').removeAllListeners('removeListener').removeAllListeners(type);
    root.on(type, (data) => {
      const id = objectDestroyed.safeParse(data).data?.objectId;
      if (id !== undefined && !this.#closed) this.#listener.destroyed(id);
    });
    root.emit('_rpc', undefined, 'subscribe', { object: root.id, type }, (error) => {
      if (error && !this.#closed)
        this.#log.warn('the media server will not tell of objects that others release', { error });
    });
  }
}

/** What the package takes for a pipeline. It takes no copy, and gives nothing but a copy of an object that it has described. */
function pipelineWith(id: string): unknown {
  const own = { id: { value: id, enumerable: true }, then: { value: undefined } };
  return Object.create(kurento.register.classes.MediaPipeline?.prototype ?? null, own);
}
