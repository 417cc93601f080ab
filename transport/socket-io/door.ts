import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { Server } from 'socket.io';
import type { Namespace, Socket } from 'socket.io';
import type { Mount } from '../doors.js';
import { bytesOf } from './engine.js';
import type { EnginePacket } from './engine.js';

export interface SocketIoOptions {
  /** With the prefix of all paths, as `/socket.io`. */
  readonly path: string;
  /** Bytes of one packet; a client that sends a longer one is disconnected. */
  readonly maxPacketBytes: number;
  /** Origins whose pages may connect; empty: all. */
  readonly allowedOrigins: readonly string[];
  /** Whether one more client may connect. */
  readonly hasPlace: () => boolean;
  /** Time between two pings, and for the answer to one, in ms. Without it the library's own times count. */
  readonly heartbeat?: { readonly intervalMs: number; readonly timeoutMs: number };
}

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

  constructor({ path, maxPacketBytes, allowedOrigins, hasPlace, heartbeat }: SocketIoOptions) {
    this.#server = new Server(this.#shadow, {
      path,
      maxHttpBufferSize: maxPacketBytes,
      allowEIO3: true,
      ...(heartbeat && { pingInterval: heartbeat.intervalMs, pingTimeout: heartbeat.timeoutMs }),
      cors: { origin: allowedOrigins.length > 0 ? [...allowedOrigins] : '*' },
      // Called for the first request of a client only: later ones name a session that exists.
      allowRequest: ({ headers: { origin } }, answer) => {
        const allowed = origin === undefined || allowedOrigins.length === 0 || allowedOrigins.includes(origin);
        answer(null, allowed && hasPlace());
      },
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
    return this.#server.of(name);
  }

  /** Adds a protocol to the default namespace. The first event of a client decides; protocols are asked in the order they were registered. */
  register(protocol: SharedNamespaceProtocol): void {
    this.#protocols.push(protocol);
  }

  request(request: IncomingMessage, response: ServerResponse): void {
    this.#shadow.emit('request', request, response);
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#shadow.emit('upgrade', request, socket, head);
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
      if (!protocol) return;
      socket.offAny(assign);
      socket.off('disconnect', forget);
      forget();
      if (largest > (protocol.maxPacketBytes ?? Infinity)) socket.conn.close(true);
      else protocol.accept(socket);
    };
    socket.onAny(assign);
  }
}
