import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { KurentoError } from '../objects/kurento-error.js';
import { ownWords } from '../objects/parameters.js';
import type { MediaObject } from '../objects/media-object.js';
import { innerRequestSchema, methodParams, sessionMethodParams, sessionParams } from './messages.js';
import { responseError, JsonRpcError } from './json-rpc-error.js';
import type { EventChannel, Session, Sessions } from './sessions.js';
import type { Subscriptions } from './subscriptions.js';

/** What the methods act on. */
export interface ServedObjects {
  readonly sessions: Pick<Sessions, 'open' | 'find' | 'drop'>;
  readonly subscriptions: Pick<Subscriptions, 'add' | 'remove'>;
  /** @throws KurentoError */
  create(type: string, params: unknown): MediaObject;
  /** @throws KurentoError 40101 when there is no such object. */
  find(id: string): MediaObject;
  /** Without effect when there is no such object. */
  release(id: string): void;
  /** The object stays at least as long as the session. */
  hold(session: Session, object: MediaObject): void;
  /** The session does not need the object any more. The object is released when no other session holds it. */
  letGo(session: Session, id: string): void;
}

/** A socket. It has one session at most. */
export interface Client extends EventChannel {
  session: Session | undefined;
}

type MethodName = keyof typeof methodParams;

/** Runs within a session. Returns the fields of the result, without the session's id. */
type Method<N extends MethodName> = (session: Session, params: z.infer<(typeof methodParams)[N]>) => unknown;

/** Most operations in one transaction. */
const mostOperations = 1000;

/** The methods of the Kurento protocol (docs/protocols/kurento-media.md#3-methods). */
export class Methods {
  readonly #served: ServedObjects;
  readonly #serverId = randomUUID();
  readonly #failed: (method: string, error: unknown) => void;
  readonly #methods: { readonly [N in MethodName]: Method<N> } = {
    create: (session, { type, constructorParams }) => {
      const object = this.#served.create(type, constructorParams);
      session.hold(object);
      return { value: object.id };
    },
    invoke: async (session, { object, operation, operationParams }) => {
      const found = this.#use(session, object);
      return { value: (await found.invoke(operation, operationParams)) ?? null };
    },
    describe: (session, { object }) => {
      const { type, hierarchy } = this.#use(session, object).class;
      return { hierarchy: hierarchy.map((name) => `kurento.${name}`), qualifiedType: `kurento.${type}`, type };
    },
    subscribe: (session, { object, type }) => ({
      value: this.#served.subscriptions.add(session, this.#use(session, object), type),
    }),
    unsubscribe: (_session, { subscription }) => {
      this.#served.subscriptions.remove(subscription);
    },
    release: (_session, { object }) => {
      this.#served.release(object);
    },
    ref: (session, { object }) => {
      this.#use(session, object);
    },
    unref: (session, { object }) => {
      this.#served.letGo(session, object);
    },
    transaction: async (session, { operations }) => ({ value: await this.#transaction(session, operations) }),
  };

  /** `failed` is called with defects: errors that are not meant for clients. */
  constructor(served: ServedObjects, failed: (method: string, error: unknown) => void) {
    this.#served = served;
    this.#failed = failed;
  }

  /** Returns the result of a request. @throws KurentoError or JsonRpcError */
  async call(client: Client, method: string, params: unknown): Promise<unknown> {
    if (Array.isArray(params)) throw new JsonRpcError(-32603, `Unexpected error while processing method: ${method}`);
    switch (method) {
      case 'ping':
        return this.#ping(params ?? {});
      case 'connect':
        return this.#connect(client, this.#given(client, params));
      case 'keepAlive':
        return this.#keepAlive(this.#given(client, params));
      case 'closeSession':
        return this.#closeSession(this.#given(client, params));
      default:
        if (!isMethod(method)) throw new JsonRpcError(-32601, 'Method not found.');
        return this.#inSession(client, method, this.#given(client, params));
    }
  }

  async #inSession(client: Client, method: MethodName, params: unknown): Promise<unknown> {
    const { sessionId } = read(sessionParams, params);
    const session = this.#served.sessions.open(sessionId ?? client.session?.id);
    bind(client, session);
    return this.#run(session, method, params);
  }

  async #run(session: Session, method: MethodName, params: unknown): Promise<unknown> {
    const run = this.#methods[method] as (session: Session, params: unknown) => unknown;
    const result = await run(session, read(methodParams[method], params));
    return { sessionId: session.id, ...(typeof result === 'object' ? result : {}) };
  }

  /** A socket with a session may leave `params` out, as on KMS. */
  #given(client: Client, params: unknown): unknown {
    if (params !== undefined) return params;
    if (client.session) return {};
    throw new JsonRpcError(-32602, "'params' is required", { type: 'INVALID_PARAMS' });
  }

  #ping(params: unknown): unknown {
    const { sessionId } = read(sessionMethodParams.ping, params);
    return sessionId === undefined ? { value: 'pong' } : { sessionId, value: 'pong' };
  }

  #connect(client: Client, params: unknown): unknown {
    const { sessionId = client.session?.id } = read(sessionMethodParams.connect, params);
    const session = sessionId === undefined ? this.#served.sessions.open() : this.#known(sessionId);
    bind(client, session);
    return { serverId: this.#serverId, sessionId: session.id };
  }

  #keepAlive(params: unknown): unknown {
    return { sessionId: this.#known(read(sessionMethodParams.keepAlive, params).sessionId).id };
  }

  #closeSession(params: unknown): null {
    const { sessionId, release } = read(sessionMethodParams.closeSession, params);
    const session = this.#known(sessionId);
    if (release) for (const object of [...session.held]) this.#served.release(object.id);
    this.#served.sessions.drop(session);
    return null;
  }

  #known(sessionId: string): Session {
    const session = this.#served.sessions.find(sessionId);
    if (!session) throw new KurentoError(40007, 'Invalid session');
    return session;
  }

  /** A session holds each object that it uses. */
  #use(session: Session, id: string): MediaObject {
    const object = this.#served.find(id);
    this.#served.hold(session, object);
    return object;
  }

  /** Ends at the first failure, and does not undo what was done (docs/protocols/kurento-media.md#39-transaction). */
  async #transaction(session: Session, operations: readonly unknown[]): Promise<unknown[]> {
    if (operations.length > mostOperations) throw new KurentoError(40008, 'Too many operations');
    const responses: unknown[] = [];
    const values: unknown[] = [];
    for (const [position, operation] of operations.entries()) {
      const inner = innerRequestSchema.safeParse(operation);
      if (!inner.success || inner.data.id !== position) {
        throw new KurentoError(40008, `Id of request '${position}' should be '${position}'`);
      }
      const { id, method, params } = inner.data;
      const resolved = withReferences(params, values);
      try {
        if (!isMethod(method) || method === 'transaction') throw new JsonRpcError(-32601, 'Method not found.');
        const result = await this.#run(session, method, resolved ?? {});
        values.push(z.looseObject({ value: z.unknown().optional() }).parse(result).value);
        responses.push({ id, jsonrpc: '2.0', result });
      } catch (error) {
        const known = responseError(error);
        if (!known) this.#failed(method, error);
        responses.push({ error: known ?? { code: -32603, message: 'Internal error' }, id, jsonrpc: '2.0' });
        break;
      }
    }
    return responses;
  }
}

/** Moves a session to a socket. The socket it was on before gets no more events. */
function bind(client: Client, session: Session): void {
  if (client.session !== session && client.session?.channel === client) client.session.channel = undefined;
  client.session = session;
  session.channel = client;
}

function isMethod(name: string): name is MethodName {
  return Object.hasOwn(methodParams, name);
}

/** @throws JsonRpcError that names the first parameter that is missing or wrong. */
function read<S extends z.ZodType>(schema: S, params: unknown): z.infer<S> {
  const result = schema.safeParse(params);
  if (result.success) return result.data;
  const name = String(result.error.issues[0]?.path[0] ?? 'params');
  const given = typeof params === 'object' && params !== null && Object.hasOwn(params, name);
  throw new JsonRpcError(
    -32000,
    given
      ? `'${name}' parameter ${ownWords(result.error.issues[0]?.message ?? '') ?? 'has an unexpected type'}`
      : `'${name}' parameter is required`,
  );
}

/** Replaces each `newref:N` by the value of result N, at any depth. */
function withReferences(params: unknown, values: readonly unknown[]): unknown {
  if (typeof params === 'string') {
    if (!params.startsWith('newref:')) return params;
    const index = Number(params.slice('newref:'.length));
    if (!Number.isInteger(index) || index < 0) throw new KurentoError(40008, `'${params}' names no request`);
    if (index >= values.length) throw new KurentoError(40008, `Result not found on request ${index}`);
    return values[index];
  }
  if (Array.isArray(params)) return params.map((one) => withReferences(one, values));
  if (typeof params !== 'object' || params === null) return params;
  return Object.fromEntries(Object.entries(params).map(([key, value]) => [key, withReferences(value, values)]));
}
