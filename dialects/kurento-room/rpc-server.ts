import { JSONRPCServer, createJSONRPCErrorResponse } from 'json-rpc-2.0';
import type { JSONRPCResponse } from 'json-rpc-2.0';
import { RoomError } from '../../rooms/errors.js';
import { ProtocolError, internalError, methodNotFound, roomErrorCodes } from './errors.js';
import type { Request } from './request.js';

export type Method<Context> = (request: Request, context: Context) => unknown;

/** The methods of one protocol: request → method → reply, with the one place where errors get their numbers. */
export class RpcServer<Context> {
  readonly #server = new JSONRPCServer<Context>({ errorListener: ignore });

  /** @param onDefect hears of everything thrown that is no refusal, with the method's name */
  constructor(methods: ReadonlyMap<string, Method<Context>>, onDefect: (method: string, error: unknown) => void) {
    for (const [name, method] of methods) {
      this.#server.addMethodAdvanced(name, async (request, context) => {
        try {
          // The library hands on the very object that `handle` was given.
          return success(request.id, await method(request as Request, context));
        } catch (error) {
          if (!(error instanceof RoomError || error instanceof ProtocolError)) onDefect(name, error);
          return failure(request.id, error);
        }
      });
    }
    this.#server.handleMethodNotFound = (request) =>
      Promise.resolve(
        failure(request.id, new ProtocolError(methodNotFound, `This room server has no method "${request.method}"`)),
      );
  }

  /** Resolves with the text of the reply, or undefined for a request without id. Never rejects. */
  async handle(request: Request, context: Context): Promise<string | undefined> {
    const reply = await this.#server.receive(request, context);
    return reply ? JSON.stringify(reply) : undefined;
  }
}

/** The text of an error reply to a frame that was no request, or to one that is not to be executed. */
export function errorReply(id: string | number | null, error: ProtocolError): string {
  return JSON.stringify(createJSONRPCErrorResponse(id, error.code, error.message));
}

function success(id: string | number | null | undefined, result: unknown): JSONRPCResponse | null {
  return id === undefined ? null : { id, result, jsonrpc: '2.0' };
}

function failure(id: string | number | null | undefined, error: unknown): JSONRPCResponse | null {
  if (id === undefined) return null;
  return { id, error: wireError(error), jsonrpc: '2.0' };
}

function wireError(error: unknown): { code: number; message: string } {
  if (error instanceof RoomError) return { code: roomErrorCodes[error.code].code, message: error.message };
  if (error instanceof ProtocolError) return { code: error.code, message: error.message };
  return { code: internalError, message: 'Internal error' };
}

function ignore(): void {
  // Methods never throw into the library: see the constructor.
}
