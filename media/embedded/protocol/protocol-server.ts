import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import type { Log } from '../../../log.js';
import { thrown } from '../log.js';
import { Admission } from './admission.js';
import { Heartbeat } from './heartbeat.js';
import type { Methods } from './methods.js';
import { RareLines } from './rare-lines.js';
import type { ClientLimits } from './socket-client.js';
import { SocketClient } from './socket-client.js';

const path = '/kurento';
/** Longest frame of a client, in bytes. */
const maxFrame = 4 * 1024 * 1024;
/** Ms until a request must be there: WebSockets begin with one, and others are refused. */
const headWithinMs = 10_000;

export interface ProtocolServerOptions {
  /** Default: everybody but pages. */
  readonly admission?: Admission;
  /** Sockets that may be open at a time. Default: 1000. */
  readonly maxConnections?: number | undefined;
  /** Of the pings of the server. Default: 30 s. */
  readonly pingIntervalMs?: number;
  readonly limits?: Partial<ClientLimits>;
}

const defaultLimits: ClientLimits = {
  maxWaiting: 10_000,
  maxWaitingText: 64 * 1024 * 1024,
  maxUnread: 64 * 1024 * 1024,
};

/**
 * Serves the Kurento protocol: JSON-RPC 2.0 over WebSocket (docs/protocols/kurento-media.md#1-transport and
 * #2-envelope).
 */
export class ProtocolServer {
  readonly #methods: Methods;
  readonly #log: Log;
  readonly #admission: Admission;
  readonly #maxConnections: number;
  readonly #limits: ClientLimits;
  readonly #heartbeat: Heartbeat;
  readonly #refusals: RareLines;
  readonly #http = createServer(
    { headersTimeout: headWithinMs, requestTimeout: headWithinMs },
    (_request, response) => {
      response.writeHead(426, { 'content-type': 'text/plain' }).end('This is a WebSocket server.\n');
    },
  );
  readonly #sockets: WebSocketServer;

  constructor(methods: Methods, log: Log, options: ProtocolServerOptions = {}) {
    const { admission = new Admission(), maxConnections = 1000, pingIntervalMs = 30_000, limits } = options;
    this.#methods = methods;
    this.#log = log;
    this.#admission = admission;
    this.#maxConnections = maxConnections;
    this.#limits = { ...defaultLimits, ...limits };
    this.#heartbeat = new Heartbeat(pingIntervalMs);
    this.#refusals = new RareLines((fields) => {
      log.warn('a client was refused', fields);
    });
    this.#sockets = new WebSocketServer({
      server: this.#http,
      maxPayload: maxFrame,
      perMessageDeflate: false,
      verifyClient: ({ req }, verified) => {
        const refusal = this.#refusal(req);
        if (!refusal) verified(true);
        else verified(false, refusal.status, refusal.reason, headersOf(refusal.status));
      },
    });
    this.#sockets.on('connection', (socket, request) => {
      this.#accept(socket, request);
    });
    // The HTTP server emits the same error, and it is handled there.
    this.#sockets.on('error', () => undefined);
  }

  /** Whether a client is connected. */
  get isUsed(): boolean {
    return this.#sockets.clients.size > 0;
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

  get connections(): number {
    return this.#sockets.clients.size;
  }

  close(): void {
    this.#heartbeat.stop();
    for (const socket of this.#sockets.clients) socket.close(1001, 'Server stops');
    this.#sockets.close();
    this.#http.close();
    this.#http.closeAllConnections();
  }

  #refusal(request: IncomingMessage): { readonly status: 401 | 403 | 503; readonly reason: string } | undefined {
    const isFull = this.connections >= this.#maxConnections;
    const full = isFull ? ({ status: 503, reason: 'too many clients are connected' } as const) : undefined;
    const refusal = this.#admission.refusal(request) ?? full;
    if (refusal) this.#refusals.tell({ ...refusal, address: request.socket.remoteAddress });
    return refusal;
  }

  #accept(socket: WebSocket, request: IncomingMessage): void {
    socket.on('error', (error) => {
      this.#log.debug('a socket failed', thrown(error));
    });
    if (request.url?.split('?')[0] !== path) {
      socket.close(1002, 'Invalid path');
      return;
    }
    const client = new SocketClient(socket, request.socket, this.#methods, this.#limits, this.#log);
    this.#heartbeat.watch(socket);
    socket.on('message', (data) => {
      client.received(data);
    });
    // Each ping makes `ws` write a pong, whether the client reads or not. It has a bound of its own for pongs alone.
    socket.on('ping', () => client.reads());
    socket.on('close', () => {
      client.closed();
    });
  }
}

function headersOf(status: number): Record<string, string> {
  return status === 401 ? { 'WWW-Authenticate': 'Bearer, Basic realm="media server"' } : {};
}
