import type { z } from 'zod';
import type { Rooms } from '../../rooms/rooms.js';
import { ProtocolError, invalidParams } from '../jsonrpc/errors.js';
import type { Request } from '../jsonrpc/request.js';
import type { Method } from '../jsonrpc/server.js';
import { RpcServer } from '../jsonrpc/server.js';
import type { Log } from '../log.js';
import type { Connection } from '../transport/connection.js';
import { EventEncoder } from './events.js';
import { methods } from './methods.js';
import { requests } from './params.js';
import type { MethodName } from './params.js';
import { Session } from './session.js';
import type { SessionLimits } from './session.js';

/** The room protocol's door: makes a session of each connection (Kurento Room §1). */
export class RoomGateway {
  readonly #rooms: Rooms;
  readonly #log: Log;
  readonly #limits: SessionLimits;
  readonly #encoder = new EventEncoder();
  readonly #server: RpcServer<Session>;

  constructor(rooms: Rooms, log: Log, limits: SessionLimits) {
    this.#rooms = rooms;
    this.#log = log;
    this.#limits = limits;
    const table = new Map((Object.keys(requests) as MethodName[]).map((name) => [name as string, checked(name)]));
    this.#server = new RpcServer(table, (method, error) => {
      log.error('a method failed unexpectedly', { method, error });
    });
  }

  accept(connection: Connection): void {
    const session = new Session(connection, {
      rooms: this.#rooms,
      server: this.#server,
      encoder: this.#encoder,
      limits: this.#limits,
      log: this.#log,
    });
    connection.listen(session);
  }
}

/** A method behind the check of its params; what it returns gets the session's id beside it (Kurento Room §1.3). */
function checked(name: MethodName): Method<Session> {
  const schema: z.ZodType = requests[name].params;
  // The type of `methods` says that the method takes what its schema makes; an index that is a union loses that.
  const method = methods[name] as (session: Session, params: unknown) => object | Promise<object>;
  return async (request, session) => {
    const given = paramsOf(request);
    const named = session.checkSessionId(given, name);
    const params = schema.safeParse(given);
    if (!params.success) throw new ProtocolError(invalidParams, explain(name, params.error));
    const result = await method(session, params.data);
    return named ? { ...result, sessionId: session.id } : result;
  };
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
