import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RawData, WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import type { Log } from '../../../log.js';
import { thrown } from '../log.js';
import type { Request, Response } from './messages.js';
import { requestSchema } from './messages.js';
import type { Client, Methods } from './methods.js';
import { responseError, JsonRpcError } from './json-rpc-error.js';
import type { Session } from './sessions.js';

const path = '/kurento';
/** Longest frame of a client, in bytes. */
const maxFrame = 4 * 1024 * 1024;
/** Requests of one socket that may wait. They are executed one after another. */
const maxWaiting = 10_000;
/** Bytes that may wait for one client that reads slowly. With more it is disconnected. */
const maxUnread = 64 * 1024 * 1024;

/**
 * Serves the Kurento protocol: JSON-RPC 2.0 over WebSocket (docs/protocols/kurento-media.md#1-transport and
 * #2-envelope).
 */
export class ProtocolServer {
  readonly #methods: Methods;
  readonly #log: Log;
  readonly #http = createServer((_request, response) => {
    response.writeHead(426, { 'content-type': 'text/plain' }).end('This is a WebSocket server.\n');
  });
  readonly #sockets = new WebSocketServer({ server: this.#http, maxPayload: maxFrame, perMessageDeflate: false });

  constructor(methods: Methods, log: Log) {
    this.#methods = methods;
    this.#log = log;
    this.#sockets.on('connection', (socket, request) => {
      this.#accept(socket, request);
    });
    // The HTTP server emits the same error, and it is handled there.
    this.#sockets.on('error', () => undefined);
  }

  /** Resolves with the URL. Rejects when the server cannot listen on this address. */
  async listen(host: string, port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(port, host, () => {
        this.#http.off('error', reject);
        resolve();
      });
    });
    this.#http.on('error', (error) => {
      this.#log.error('the listening socket failed', thrown(error));
    });
    const { port: actual } = this.#http.address() as AddressInfo;
    return `ws://${host.includes(':') ? `[${host}]` : host}:${actual}${path}`;
  }

  close(): void {
    for (const socket of this.#sockets.clients) socket.close(1001, 'Server stops');
    this.#sockets.close();
    this.#http.close();
    this.#http.closeAllConnections();
  }

  #accept(socket: WebSocket, request: IncomingMessage): void {
    socket.on('error', (error) => {
      this.#log.debug('a socket failed', thrown(error));
    });
    if (request.url?.split('?')[0] !== path) {
      socket.close(1002, 'Invalid path');
      return;
    }
    const client = new SocketClient(socket, this.#methods, this.#log);
    socket.on('message', (data) => {
      client.received(data);
    });
    socket.on('close', () => {
      client.closed();
    });
  }
}

/** One socket. Its requests are answered in their order; events may come in between. */
class SocketClient implements Client {
  session: Session | undefined;
  readonly #socket: WebSocket;
  readonly #methods: Methods;
  readonly #log: Log;
  readonly #waiting: string[] = [];
  #busy = false;

  constructor(socket: WebSocket, methods: Methods, log: Log) {
    this.#socket = socket;
    this.#methods = methods;
    this.#log = log;
  }

  /** Takes text and binary frames: some clients send JSON in binary ones. */
  received(data: RawData): void {
    if (this.#waiting.length >= maxWaiting) {
      this.#log.warn('a client sends more requests than can wait', { waiting: this.#waiting.length });
      this.#socket.close(1008, 'Too many requests');
      this.#waiting.length = 0;
      return;
    }
    this.#waiting.push(textOf(data));
    if (!this.#busy) void this.#work();
  }

  send(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > maxUnread) {
      this.#log.warn('a client does not read what it is sent', { unread: this.#socket.bufferedAmount });
      this.#socket.terminate();
      return;
    }
    this.#socket.send(text);
  }

  /** The session stays, and may be used on another socket. */
  closed(): void {
    this.#waiting.length = 0;
    if (this.session?.channel === this) this.session.channel = undefined;
  }

  async #work(): Promise<void> {
    this.#busy = true;
    for (let text = this.#waiting.shift(); text !== undefined; text = this.#waiting.shift()) {
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
