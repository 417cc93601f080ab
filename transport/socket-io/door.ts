import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { Server } from 'socket.io';
import type { Namespace, Socket } from 'socket.io';
import type { Mount } from '../doors.js';

export interface SocketIoOptions {
  /** With the prefix of all paths, as `/socket.io`. */
  readonly path: string;
  /** Bytes of one packet; who sends a longer one is disconnected. */
  readonly maxPacketBytes: number;
  /** Pages that may connect; empty: all. */
  readonly allowedOrigins: readonly string[];
  /** Whether one more client may connect. */
  readonly hasPlace: () => boolean;
  /** How often a client is asked whether it is there, and how long it has for the answer, in ms; the library's own times unless given. */
  readonly heartbeat?: { readonly intervalMs: number; readonly timeoutMs: number };
}

/** A protocol that is spoken on the default namespace, which several share. */
export interface Guest {
  readonly name: string;
  /** Of the packets with which a client introduces itself; who sends a longer one is disconnected. Later ones the guest measures. */
  readonly maxPacketBytes?: number;
  /** Whether a client whose first event has this name speaks it. */
  claims(event: string): boolean;
  /** The client is this protocol's from now on; the event that showed it is dispatched right after. */
  accept(socket: Socket): void;
}

/** The one socket.io server (Engine.IO 4, and 3 for older scripts), by polling and WebSocket. */
export class SocketIoDoor implements Mount {
  readonly #server: Server;
  /** Listens nowhere: socket.io wants to be attached to a server, and ours has other doors. */
  readonly #shadow = createServer();
  readonly #guests: Guest[] = [];

  constructor({ path, maxPacketBytes, allowedOrigins, hasPlace, heartbeat }: SocketIoOptions) {
    this.#server = new Server(this.#shadow, {
      path,
      maxHttpBufferSize: maxPacketBytes,
      allowEIO3: true,
      ...(heartbeat && { pingInterval: heartbeat.intervalMs, pingTimeout: heartbeat.timeoutMs }),
      cors: { origin: allowedOrigins.length > 0 ? [...allowedOrigins] : '*' },
      // Asked for newcomers only: whoever is there already is known by the session the request names.
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

  /** The first event of a client on the default namespace tells whose it is; earlier guests are asked first. */
  welcome(guest: Guest): void {
    this.#guests.push(guest);
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
    let largest = 0;
    const measure = ({ data }: { readonly data?: unknown }): void => {
      largest = Math.max(largest, bytesOf(data));
    };
    socket.conn.on('packet', measure);
    // Asked before the event is dispatched, and no longer once somebody has claimed the client.
    const ask = (event: string): void => {
      const guest = this.#guests.find((each) => each.claims(event));
      if (!guest) return;
      socket.offAny(ask);
      socket.conn.off('packet', measure);
      if (largest > (guest.maxPacketBytes ?? Infinity)) socket.conn.close(true);
      else guest.accept(socket);
    };
    socket.onAny(ask);
  }
}

/** The length of what Engine.IO handed over as one packet, in bytes. */
function bytesOf(data: unknown): number {
  if (typeof data === 'string') return Buffer.byteLength(data);
  return data instanceof Uint8Array ? data.byteLength : 0;
}
