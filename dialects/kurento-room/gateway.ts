import type { z } from 'zod';
import type { Dialect, DialectState, DialectContext } from '../dialect.js';
import { ProtocolError, invalidParams, invalidSession } from './errors.js';
import type { Request } from './request.js';
import type { Method } from './rpc-server.js';
import { RpcServer } from './rpc-server.js';
import type { Log } from '../../log.js';
import type { CustomRequest } from './custom-request.js';
import { EventEncoder } from './events.js';
import type { Exchange, LinkContext } from './link.js';
import { Link } from './link.js';
import { connectionMethods, roomMethods } from './methods.js';
import { requests } from './params.js';
import type { MethodName } from './params.js';
import type { Session, SessionLimits } from './session.js';
import { dialectName } from './session.js';
import { Sessions } from './sessions.js';

/** What this dialect needs of the server. */
interface RoomDialectContext extends Pick<DialectContext, 'rooms' | 'names' | 'pathPrefix'> {
  readonly doors: Pick<DialectContext['doors'], 'open'>;
}

/** The room protocol, our own dialect: ties each connection to a session (Kurento Room §1). */
export class RoomGateway implements Dialect {
  readonly name = dialectName;
  readonly #sessions = new Sessions();
  readonly #settings: Omit<LinkContext, 'rooms' | 'names'>;
  #connections = 0;

  constructor(log: Log, limits: SessionLimits, customRequest: CustomRequest) {
    const onDefect = (method: string, error: unknown): void => {
      log.error('a method failed unexpectedly', { method, error });
    };
    const ofRoom = new RpcServer(tableOf(roomMethods(customRequest), checked), onDefect);
    const ofConnection = new RpcServer(tableOf(connectionMethods, checkedHere), onDefect);
    this.#settings = {
      sessions: this.#sessions,
      encoder: new EventEncoder(),
      limits,
      log,
      execute: (request, session) => ofRoom.handle(request, session),
      executeHere: (request, exchange) => ofConnection.handle(request, exchange),
    };
  }

  /** Sessions that can be resumed, with and without a connection. */
  get sessions(): number {
    return this.#sessions.size;
  }

  get state(): DialectState {
    // Everybody in a room takes every text.
    return { connections: this.#connections, undelivered: 0 };
  }

  attach({ rooms, names, doors, pathPrefix }: RoomDialectContext): void {
    const context = { ...this.#settings, rooms, names };
    doors.open(`${pathPrefix}/room`, (connection) => {
      this.#connections += 1;
      connection.listen(
        new Link(connection, context, () => {
          this.#connections -= 1;
        }),
      );
    });
  }

  close(): void {
    this.#sessions.close();
  }
}

function tableOf<Context>(
  methods: Readonly<Partial<Record<MethodName, unknown>>>,
  check: (name: MethodName, method: Untyped<Context>) => Method<Context>,
): ReadonlyMap<string, Method<Context>> {
  // The type of each table says that a method takes what its schema makes; an index that is a union loses that.
  const entries = Object.entries(methods) as [MethodName, Untyped<Context>][];
  return new Map(entries.map(([name, method]) => [name, check(name, method)]));
}

/** A method that is given what its own schema made of the params. */
type Untyped<Context> = (context: Context, params: unknown) => unknown;

/** A method behind the check of its params; what it returns gets the session's id beside it (Kurento Room §1.3). */
function checked(name: MethodName, method: Untyped<Session>): Method<Session> {
  return async (request, session) => {
    const given = paramsOf(request);
    assertOwn(given.sessionId, session);
    const result = await method(session, read(name, given));
    return { ...(result as object), sessionId: session.id };
  };
}

/** As `checked`, for requests about the connection: they name the session in their own ways. */
function checkedHere(name: MethodName, method: Untyped<Exchange>): Method<Exchange> {
  return (request, exchange) => {
    const given = paramsOf(request);
    if (name !== 'connect') assertOwn(given.sessionId, exchange.link.present);
    return method(exchange, read(name, given));
  };
}

/**
 * Clients may name their session in any request; it must be the one of this socket (Kurento Room §1.3).
 * @throws ProtocolError 40007
 */
function assertOwn(sessionId: unknown, session: Session | undefined): void {
  if (sessionId === undefined || sessionId === null || session?.isNamed(sessionId)) return;
  throw new ProtocolError(invalidSession, 'The sessionId is not the one of this connection');
}

/** @throws ProtocolError invalid params, naming what is wrong */
function read(name: MethodName, given: unknown): unknown {
  const params = requests[name].params.safeParse(given);
  if (!params.success) throw new ProtocolError(invalidParams, explain(name, params.error));
  return params.data;
}

/** Absent, null and `{}` are the same. @throws ProtocolError for anything but an object */
function paramsOf(request: Request): Record<string, unknown> {
  const params: unknown = request.params ?? {};
  if (typeof params !== 'object' || Array.isArray(params)) {
    throw new ProtocolError(invalidParams, 'params must be an object');
  }
  const given = params as Record<string, unknown>;
  // The published document prints doLoopback beside params (Kurento Room §3.2).
  if (request.method === 'publishVideo' && 'doLoopback' in request && !('doLoopback' in given)) {
    return { ...given, doLoopback: request.doLoopback };
  }
  return given;
}

function explain(method: MethodName, error: z.ZodError): string {
  const faults = error.issues.map((issue) => `"${issue.path.join('.')}": ${issue.message}`);
  return `${method}: ${faults.join('; ')}`;
}
