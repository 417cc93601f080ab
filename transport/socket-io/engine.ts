import type { Duplex } from 'node:stream';
import type { Server, Socket } from 'socket.io';
import { sleptSince, watchForSleep } from '../gate/patience.js';

/*
 * What the server needs to know of Engine.IO's inside: names that its types keep private, as they are in the version of socket.io that
 * package.json pins. Nothing outside this folder knows them; the tests of this folder fail when they change.
 */

/** The connection of a client, which its namespaces share. */
export interface EngineConnection {
  /** Hands what is in the buffer to the transport. */
  flush(): void;
  /** `closing`: the connection ends when the buffer is empty. */
  readonly readyState: 'opening' | 'open' | 'closing' | 'closed';
  readonly writeBuffer: readonly unknown[];
  readonly transport: {
    /** False while the transport is busy, or no poll is there to answer. */
    readonly writable: boolean;
    /** The WebSocket, if it is one, and its connection while it has one. */
    readonly socket?: {
      readonly bufferedAmount: number;
      readonly _socket?: Duplex | null;
      close(code: number, reason: string): void;
    };
  };
}

/** Its heartbeat, and what its transport hands it. */
interface EngineInside {
  readonly protocol: number;
  readonly transport: {
    readonly name: string;
    /** How long a polling client that is ended has to fetch the reason, in ms. */
    closeTimeout: number;
    onPacket(packet: unknown): void;
    onData(data: unknown): void;
  };
  onClose(reason: string, description?: unknown): void;
  resetPingTimeout(): void;
}

/** Of the events `packet` (incoming), and `packetCreate` (outgoing). */
export interface EnginePacket {
  readonly data?: unknown;
}

export function engineOf(conn: Socket['conn']): EngineConnection {
  return conn as unknown as EngineConnection;
}

/** The client of a session id, if there is one. */
export function clientOf(engine: Server['engine'], sid: string): Socket['conn'] | undefined {
  const clients = clientsOf(engine);
  return Object.hasOwn(clients, sid) ? clients[sid] : undefined;
}

/** By session id. */
export function clientsOf(engine: Server['engine']): Readonly<Record<string, Socket['conn']>> {
  return (engine as unknown as { readonly clients: Readonly<Record<string, Socket['conn']>> }).clients;
}

/**
 * Ends a connection in such a way that the client connects anew. A packet of Socket.IO that says good-bye would keep it away.
 * @param code of a WebSocket
 */
export function sendAway(conn: Socket['conn'], code: number, reason: string): void {
  const { socket } = engineOf(conn).transport;
  if (socket) socket.close(code, reason);
  else conn.close();
}

/** Bytes of one packet's data. */
export function bytesOf(data: unknown): number {
  if (typeof data === 'string') return Buffer.byteLength(data);
  return data instanceof Uint8Array ? data.byteLength : 0;
}

/** How long a polling client that is ended has to fetch the reason, in ms. The library's 30 s kept what belongs to a dead client. */
const closeTimeout = 5_000;

/** Packets in one body. A client of the library sends what it has buffered since its last body. */
const maxPacketsPerBody = 20_000;

/** Packets that may wait for a client that pings. Each is an object, whatever its few bytes are. */
const maxPacketsOwed = 20_000;

/** Ends a client of Engine.IO 3 that pings and does not read: it is owed an answer to each ping. */
export function boundPongs(conn: Socket['conn']): void {
  const engine = engineOf(conn);
  conn.on('packet', ({ type }) => {
    if (type === 'ping' && engine.writeBuffer.length > maxPacketsOwed) conn.close(true);
  });
}

/**
 * Takes what a polling client sends, packet by packet, before Engine.IO sees it. A WebSocket has its own way (`GateSocket`).
 * @param take calls the function it is given for each packet that is served
 * @param tooMany a body has so many packets that reading it would take the server's time; it is not read
 */
export function interceptPolling(
  conn: Socket['conn'],
  take: (data: unknown, serve: () => void) => void,
  tooMany: () => void,
): void {
  const { transport, protocol } = conn as unknown as EngineInside;
  if (transport.name !== 'polling') return;
  transport.closeTimeout = closeTimeout;
  const onPacket = transport.onPacket.bind(transport);
  transport.onPacket = (packet) => {
    take((packet as EnginePacket).data, () => {
      onPacket(packet);
    });
  };
  const onData = transport.onData.bind(transport);
  const hasMore = protocol === 3 ? hasMoreThan3 : hasMoreThan4;
  transport.onData = (data) => {
    if (typeof data === 'string' && hasMore(data, maxPacketsPerBody)) tooMany();
    else onData(data);
  };
}

/** Whether a body of Engine.IO 4 has more packets than so many: a character of its own stands between two. */
function hasMoreThan4(body: string, packets: number): boolean {
  let found = 1;
  for (let at = body.indexOf('\x1e'); at >= 0; at = body.indexOf('\x1e', at + 1)) {
    found += 1;
    if (found > packets) return true;
  }
  return false;
}

/** Whether a body of Engine.IO 3 has more packets than so many: before each stands its length, and a colon. */
function hasMoreThan3(body: string, packets: number): boolean {
  let found = 0;
  for (let at = 0; at < body.length;) {
    const colon = body.indexOf(':', at);
    const length = Number(body.slice(at, colon));
    // Engine.IO refuses such a body.
    if (colon < 0 || !Number.isInteger(length) || length < 0) return false;
    found += 1;
    if (found > packets) return true;
    at = colon + 1 + length;
  }
  return false;
}

/**
 * Lets a connection survive a pause of the server itself: Engine.IO takes a client for gone when a timer fires, even when the answer
 * waits in the socket, unread.
 */
export function keepThroughSleep(conn: Socket['conn']): void {
  const engine = conn as unknown as EngineInside;
  const stopWatching = watchForSleep();
  let heardAt = performance.now();
  conn.on('packet', () => {
    heardAt = performance.now();
  });
  conn.once('close', stopWatching);
  const onClose = engine.onClose.bind(engine);
  engine.onClose = (reason, description) => {
    if (reason !== 'ping timeout') {
      onClose(reason, description);
      return;
    }
    const firedAt = performance.now();
    // Timers run before sockets are read, immediates after it.
    setImmediate(() => {
      if (heardAt >= firedAt || sleptSince(heardAt)) {
        heardAt = performance.now();
        engine.resetPingTimeout();
      } else {
        onClose(reason, description);
      }
    });
  };
}
