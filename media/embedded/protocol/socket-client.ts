import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { Log } from '../../../log.js';
import { thrown } from '../log.js';
import type { Request, Response } from './messages.js';
import { requestSchema } from './messages.js';
import type { Client, Methods } from './methods.js';
import { responseError, JsonRpcError } from './json-rpc-error.js';
import type { Session } from './sessions.js';

export interface ClientLimits {
  /** Requests that may wait. They are executed one after another. */
  readonly maxWaiting: number;
  /** Characters of requests that may wait. */
  readonly maxWaitingText: number;
  /** Bytes that may wait for a client that reads slowly, answers to its pings included. With more it is cut. */
  readonly maxUnread: number;
}

/** One socket. Its requests are answered in their order; events may come in between. */
export class SocketClient implements Client {
  session: Session | undefined;
  readonly #socket: WebSocket;
  readonly #wire: Duplex;
  readonly #methods: Methods;
  readonly #limits: ClientLimits;
  readonly #log: Log;
  readonly #waiting: string[] = [];
  #waitingText = 0;
  #busy = false;
  #isCollecting = false;

  /** @param wire beneath the socket */
  constructor(socket: WebSocket, wire: Duplex, methods: Methods, limits: ClientLimits, log: Log) {
    this.#socket = socket;
    this.#wire = wire;
    this.#methods = methods;
    this.#limits = limits;
    this.#log = log;
  }

  /** Takes text and binary frames: some clients send JSON in binary ones. */
  received(data: RawData): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    const text = textOf(data);
    const { maxWaiting, maxWaitingText } = this.#limits;
    if (this.#waiting.length >= maxWaiting || this.#waitingText + text.length > maxWaitingText) {
      this.#log.warn('a client sends more requests than can wait', {
        waiting: this.#waiting.length,
        characters: this.#waitingText,
      });
      this.#socket.close(1008, 'Too many requests');
      this.#forgetWaiting();
      return;
    }
    this.#waiting.push(text);
    this.#waitingText += text.length;
    if (!this.#busy) void this.#work();
  }

  send(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (!this.reads()) return;
    this.#collect();
    this.#socket.send(text);
  }

  /** Whether the client reads what it is sent. It is cut otherwise. */
  reads(): boolean {
    const unread = this.#socket.bufferedAmount;
    if (unread <= this.#limits.maxUnread) return true;
    this.#log.warn('a client does not read what it is sent', { unread });
    this.#socket.terminate();
    return false;
  }

  /** All that is sent in one turn of the event loop goes out at its end, in one write. */
  #collect(): void {
    if (this.#isCollecting) return;
    this.#isCollecting = true;
    this.#wire.cork();
    setImmediate(() => {
      this.#isCollecting = false;
      this.#wire.uncork();
    });
  }

  /** The session stays, and may be used on another socket. */
  closed(): void {
    this.#forgetWaiting();
    if (this.session?.channel === this) this.session.channel = undefined;
  }

  #forgetWaiting(): void {
    this.#waiting.length = 0;
    this.#waitingText = 0;
  }

  async #work(): Promise<void> {
    this.#busy = true;
    for (let text = this.#waiting.shift(); text !== undefined; text = this.#waiting.shift()) {
      this.#waitingText -= text.length;
      this.send(JSON.stringify(await this.#answer(text)));
    }
    this.#busy = false;
  }

  async #answer(text: string): Promise<Response> {
    let request: Request;
    try {
      request = readRequest(text);
    } catch (error) {
      return failure(null, error);
    }
    const { id, method, params } = request;
    const response = await this.#call(id ?? null, method, params);
    if (id !== undefined && id !== null) return response;
    const data = 'result' in response ? response.result : response.error;
    return failure(null, new JsonRpcError(-32000, 'Ignoring response because of a notification request', data));
  }

  async #call(id: string | number | null, method: string, params: unknown): Promise<Response> {
    try {
      return { id, jsonrpc: '2.0', result: await this.#methods.call(this, method, params) };
    } catch (error) {
      if (!responseError(error)) this.#log.error('a method failed', { method, ...thrown(error) });
      return failure(id, error);
    }
  }
}

function failure(id: string | number | null, error: unknown): Response {
  return { error: responseError(error) ?? { code: -32603, message: 'Internal error' }, id, jsonrpc: '2.0' };
}

/** @throws JsonRpcError */
function readRequest(text: string): Request {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new JsonRpcError(-32700, 'Parse error.');
  }
  const request = requestSchema.safeParse(value);
  if (!request.success) throw new JsonRpcError(-32600, 'Invalid JSON-RPC request.');
  return request.data;
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}
