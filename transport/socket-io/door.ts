import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { Server } from 'socket.io';
import type { Namespace, Socket } from 'socket.io';
import { callerOf } from '../gate/caller.js';
import type { Mount } from '../doors.js';
import type { Gate } from '../gate/gate.js';
import { answerRaw } from '../raw-answer.js';
import { bytesOf, clientOf, clientsOf, sendAway } from './engine.js';
import type { EnginePacket } from './engine.js';
import { Visits, visitOf } from './visits.js';

export interface SocketIoOptions {
  /** With the prefix of all paths, as `/socket.io`. */
  readonly path: string;
  /** Bytes of one packet; a client that sends a longer one is disconnected. */
  readonly maxPacketBytes: number;
  readonly gate: Gate;
  /** How long a client may be connected before its first request, in ms. */
  readonly firstRequestMs: number;
  /** Whether one more client may connect. */
  readonly hasPlace: () => boolean;
  /** Time between two pings, and for the answer to one, in ms. Without it the library's own times count. */
  readonly heartbeat?: { readonly intervalMs: number; readonly timeoutMs: number };
}

/**
 * The world of all clients of Socket.IO: which protocol a client speaks shows in its first packets, when its node is chosen already.
 */
export const socketIoWorld = 'socket.io';

/** The code of Engine.IO. */
const forbidden = 4;

/** One of the protocols that share the default namespace. */
export interface SharedNamespaceProtocol {
  readonly name: string;
  /** Limit for the packets a client sends before the protocol accepts it; a longer one disconnects it. Later packets are the protocol's affair. */
  readonly maxPacketBytes?: number;
  /** Whether a client whose first event has this name speaks this protocol. */
  claims(event: string): boolean;
  /** Takes the client over. The event it was claimed by is dispatched right after this call. */
  accept(socket: Socket): void;
}

/** The one socket.io server (Engine.IO 4, and 3 for older scripts), by polling and WebSocket. */
export class SocketIoDoor implements Mount {
  readonly #server: Server;
  /** socket.io must be attached to a server of its own. This one never listens; `Doors` hands it the requests. */
  readonly #shadow = createServer();
  readonly #protocols: SharedNamespaceProtocol[] = [];
  readonly #namespaces = new Set<string>();
  /** Requests for an upgrade that are not answered yet. */
  readonly #upgrades = new WeakSet<IncomingMessage>();

  constructor({ path, maxPacketBytes, firstRequestMs, gate, hasPlace, heartbeat }: SocketIoOptions) {
    const visits = new Visits({
      gate,
      firstRequestMs,
      clientOf: (sid) => clientOf(this.#server.engine, sid),
    });
    this.#server = new Server(this.#shadow, {
      path,
      maxHttpBufferSize: maxPacketBytes,
      allowEIO3: true,
      connectTimeout: firstRequestMs,
      ...(heartbeat && { pingInterval: heartbeat.intervalMs, pingTimeout: heartbeat.timeoutMs }),
      // The gate has let the page in.
      cors: { origin: true, credentials: true },
      wsEngine: visits.engine,
      // Called for the first request of a client only: later ones name a session that exists.
      allowRequest: (request, answer) => {
        if (!hasPlace()) answer('all connections are taken', false);
        else if (!gate.hasPlace(request, callerOf(request))) answer('too many connections', false);
        else answer(null, true);
      },
    });
    // Before the library refuses an upgrade by itself: its answer would have none of our headers.
    this.#server.engine.on('connection_error', ({ req, message }: { req: IncomingMessage; message: string }) => {
      if (this.#upgrades.has(req)) answerRaw(req.socket, 400, message);
    });
    this.#server.engine.on('headers', (_headers: object, request: IncomingMessage) => {
      this.#upgrades.delete(request);
    });
    this.#server.engine.on('connection', (conn: Socket['conn']) => {
      visits.begin(conn);
    });
    this.#server.on('connection', (socket) => {
      this.#receive(socket);
    });
  }

  get connections(): number {
    return this.#server.engine.clientsCount;
  }

  /** A namespace of one protocol alone. */
  namespace(name: string): Namespace {
    const namespace = this.#server.of(name);
    if (!this.#namespaces.has(name)) namespace.on('connection', ({ conn }) => visitOf(conn)?.introduced());
    this.#namespaces.add(name);
    return namespace;
  }

  /** Adds a protocol to the default namespace. The first event of a client decides; protocols are asked in the order they were registered. */
  register(protocol: SharedNamespaceProtocol): void {
    this.#protocols.push(protocol);
  }

  request(request: IncomingMessage, response: ServerResponse): void {
    this.#shadow.emit('request', request, response);
  }

  needsUpgrade({ url = '' }: IncomingMessage): boolean {
    return /[?&]transport=websocket(&|$)/.test(url);
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#upgrades.add(request);
    this.#shadow.emit('upgrade', request, socket, head);
  }

  /** As Engine.IO refuses a request. */
  refuse(response: ServerResponse, status: number, reason: string): void {
    response.writeHead(status, { 'Content-Type': 'application/json', 'X-Content-Type-Options': 'nosniff' });
    response.end(JSON.stringify({ code: forbidden, message: reason }));
  }

  sendAway(reason: string): void {
    for (const conn of Object.values(clientsOf(this.#server.engine))) sendAway(conn, 1012, reason);
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    await this.#server.close();
  }

  #receive(socket: Socket): void {
    const { conn } = socket;
    let largest = 0;
    const measure = ({ data }: EnginePacket): void => {
      largest = Math.max(largest, bytesOf(data));
    };
    const forget = (): void => {
      conn.off('packet', measure);
    };
    conn.on('packet', measure);
    // The connection may go on with other namespaces.
    socket.once('disconnect', forget);
    // Runs before each event is dispatched, until a protocol claims the client.
    const assign = (event: string): void => {
      const protocol = this.#protocols.find((each) => each.claims(event));
      // The library dispatches in a later tick, when the client may have gone.
      if (!protocol || !socket.connected) return;
      socket.offAny(assign);
      socket.off('disconnect', forget);
      forget();
      visitOf(socket.conn)?.introduced();
      if (largest > (protocol.maxPacketBytes ?? Infinity)) socket.conn.close(true);
      else protocol.accept(socket);
    };
    socket.onAny(assign);
  }
}
