import { isDeepStrictEqual } from 'node:util';
import { JSONRPCServer, createJSONRPCErrorResponse } from 'json-rpc-2.0';
import type { JSONRPCErrorResponse, JSONRPCID, JSONRPCRequest, JSONRPCResponse } from 'json-rpc-2.0';
import { RoomError } from '../../rooms/index.js';
import type { DoorFigures } from '../../transport/door-figures.js';
import { keepPayer } from '../../transport/gate/account.js';
import type { Call } from './call.js';
import { ProtocolError, internalError, invalidParams, methodNotFound } from './errors.js';
import type { WireRefusal } from './errors.js';
import type { Request, RpcId } from './read-request.js';
import type { Given, RequestType } from './request-type.js';

/** What the layer needs to know of the requests of a protocol. */
export interface RequestTable {
  find(method: string): Pick<RequestType, 'answeredFirst' | 'mayWaitMs'> | undefined;
  /**
   * Whether one request is a repetition of the other: the same id, method and params
   * (docs/protocols/kurento-room.md#17-concurrency).
   */
  areSame(one: Request, other: Request): boolean;
}

/** What a protocol says of the requests that it serves. */
export interface RpcServerOptions<C extends Call> {
  readonly types: readonly RequestType<C>[];
  /** Are told how long a request took, and which error it was answered. */
  readonly figures: Pick<DoorFigures, 'answered'>;
  /** The protocol's words for a refusal of the domain. */
  readonly refusalOf: (error: RoomError) => WireRefusal;
  /** Is told of everything that is thrown and is no refusal; `during` names the method. */
  readonly onDefect: (during: string, error: unknown) => void;
}

/** Executes requests: finds the method, and turns its result, or what it throws, into the reply. */
export class RpcServer<C extends Call> implements RequestTable {
  readonly #server: JSONRPCServer<C>;
  readonly #types: ReadonlyMap<string, RequestType<C>>;
  readonly #figures: Pick<DoorFigures, 'answered'>;
  readonly #refusalOf: (error: RoomError) => WireRefusal;

  constructor({ types, figures, refusalOf, onDefect }: RpcServerOptions<C>) {
    this.#figures = figures;
    this.#refusalOf = refusalOf;
    this.#types = new Map(types.map((type) => [type.name, type]));
    this.#server = new JSONRPCServer<C>({
      errorListener: (during, error) => {
        if (!isRefusal(error)) onDefect(during, error);
      },
    });
    for (const { name, run } of types) this.#server.addMethod(name, run);
    this.#server.mapErrorToJSONRPCErrorResponse = (id, error) => this.#errorResponse(id, error);
  }

  find(method: string): RequestType<C> | undefined {
    return this.#types.get(method);
  }

  areSame(one: Request, other: Request): boolean {
    if (one.id !== other.id || one.method !== other.method) return false;
    const besideParams = this.find(one.method)?.besideParams ?? [];
    return ['params', ...besideParams].every((name) => isDeepStrictEqual(one[name], other[name]));
  }

  /**
   * Executes a request. What it does afterwards is done right after the reply, in the same turn. Never rejects.
   * @param reply is given the text of the reply, or undefined for a request without id, which gets none
   */
  async execute(request: Request, call: C, reply: (text: string | undefined) => void): Promise<void> {
    const goOn = keepPayer();
    const began = performance.now();
    const response = await this.#responseTo(request, call);
    // Clients may send any name.
    const method = this.#types.has(request.method) ? request.method : 'unknown';
    this.#figures.answered(method, performance.now() - began, response?.error && String(response.error.code));
    goOn(() => {
      reply(response ? replyText(response) : undefined);
      call.afterwards?.();
    });
  }

  #responseTo(request: Request, call: C): PromiseLike<JSONRPCResponse | null> | JSONRPCResponse | null {
    let params: Given;
    try {
      params = paramsOf(request, this.find(request.method));
    } catch (error) {
      return request.id === undefined ? null : this.#errorResponse(request.id, error);
    }
    return this.#server.receive(params === request.params ? request : { ...request, params }, call);
  }

  #errorResponse(id: JSONRPCID, error: unknown): JSONRPCErrorResponse {
    if (error instanceof RoomError) {
      const { code, data } = this.#refusalOf(error);
      return createJSONRPCErrorResponse(id, code, error.message, data);
    }
    const { code, message, data } = error instanceof ProtocolError ? error : defect;
    return createJSONRPCErrorResponse(id, code, message, data);
  }
}

const defect = { code: internalError, message: 'Internal error', data: undefined } as const;

/** The text of an error reply to a frame that is no request, or that is not served. */
export function errorReply({ code, message, data }: ProtocolError, id: RpcId = 'null'): string {
  return replyText(createJSONRPCErrorResponse(id, code, message, data));
}

/** The members in the order in which the original writes them; the id is JSON already. */
function replyText({ id, result, error }: JSONRPCResponse): string {
  const outcome = error ? `"error":${JSON.stringify(error)}` : `"result":${JSON.stringify(result)}`;
  return `{"id":${id},${outcome},"jsonrpc":"2.0"}`;
}

/**
 * Absent, null and `{}` are the same (docs/protocols/kurento-room.md#12-frames).
 * @throws ProtocolError method not found, invalid params
 */
function paramsOf(request: JSONRPCRequest, type: RequestType | undefined): Given {
  if (!type) throw new ProtocolError(methodNotFound, `This room server has no method "${request.method}"`);
  const params: unknown = request.params ?? {};
  if (typeof params !== 'object' || Array.isArray(params)) {
    throw new ProtocolError(invalidParams, 'params must be an object');
  }
  if (type.besideParams.length === 0) return params as Given;
  const members = Object.entries(request).filter(([name]) => type.besideParams.includes(name));
  return { ...Object.fromEntries(members), ...params };
}

function isRefusal(error: unknown): error is RoomError | ProtocolError {
  return error instanceof RoomError || error instanceof ProtocolError;
}
