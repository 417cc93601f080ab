import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { AnswerHeaders } from './answer-headers.js';
import { Connection, ObservedConnection } from './connection.js';
import type { ConnectionLimits, ConnectionObserver } from './connection.js';
import { WriteTurn } from './write-turn.js';

/** Serves everything below a path: plain requests and upgrades to another protocol. It has clients that stay connected. */
export interface Mount {
  /** Clients that are connected now. */
  readonly connections: number;
  request(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends every connection. */
  close(): Promise<void>;
}

export interface DoorsOptions extends ConnectionLimits {
  /** Origins whose pages may connect; empty: all. A client that sends no Origin is no browser, and may always connect. */
  readonly allowedOrigins: readonly string[];
  /** Answers requests for paths that nothing is mounted at. */
  readonly otherwise?: RequestListener;
  /** Clients that may be connected at a time on all paths together; 0: any number. */
  readonly maxConnections: number;
  readonly onRefused: (path: string, reason: string) => void;
  /** What every answer tells browsers, whatever is mounted. Default: the strict ones. */
  readonly headers?: AnswerHeaders;
  readonly observer?: ConnectionObserver;
}

/** What one path does otherwise than the others. */
export interface DoorOptions {
  /** UTF-8 bytes of one incoming text message; a longer one closes the connection with 1009. Counts in place of `maxTextLength`. */
  readonly maxTextBytes?: number;
  readonly maxQueuedBytes?: number;
  /**
   * The one subprotocol of this path. It is named to clients that offer it, even in a list that breaks RFC 6455; some send repeated
   * letters. Without this option the first subprotocol offered is named, and a list that breaks RFC 6455 is refused.
   */
  readonly subprotocol?: string;
}

interface Door {
  readonly webSockets: WebSocketServer;
  readonly subprotocol: string | undefined;
  readonly accept: (connection: Connection) => void;
  readonly limits: ConnectionLimits;
}

/** How long clients have for the closing handshake when the server stops, in ms. */
const closeAfterMs = 1_000;

/** At most, in UTF-8. */
const utf8BytesPerUnit = 3;

/** The paths of the one HTTP server: which protocol is spoken at which. */
export class Doors {
  readonly #options: DoorsOptions;
  readonly #headers: AnswerHeaders;
  readonly #turn = new WriteTurn();
  readonly #doors = new Map<string, Door>();
  #stopped = false;
  readonly #mounts: (readonly [prefix: string, mount: Mount | RequestListener])[] = [];

  constructor(server: Server, options: DoorsOptions) {
    this.#options = options;
    this.#headers = options.headers ?? new AnswerHeaders();
    server.on('request', this.#onRequest);
    server.on('upgrade', this.#onUpgrade);
  }

  /** Accepts connections to `path` (compared exactly, without the query). */
  open(path: string, accept: (connection: Connection) => void, options: DoorOptions = {}): void {
    const { maxTextLength, maxQueuedBytes } = { ...this.#options, ...options };
    const maxPayload = options.maxTextBytes ?? maxTextLength * utf8BytesPerUnit;
    const webSockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      clientTracking: true,
      maxPayload,
    });
    const limits = { maxTextLength: options.maxTextBytes ?? maxTextLength, maxQueuedBytes };
    this.#doors.set(path, { webSockets, subprotocol: options.subprotocol, accept, limits });
  }

  /**
   * Hands over everything at `prefix` and below; the longest prefix counts.
   * @param mount a plain request handler where nothing but HTTP is spoken; upgrades are then refused
   */
  mount(prefix: string, mount: Mount | RequestListener): void {
    this.#mounts.push([prefix, mount]);
    this.#mounts.sort(([one], [other]) => other.length - one.length);
  }

  /** Whether one more client may connect. */
  get hasPlace(): boolean {
    const { maxConnections } = this.#options;
    return maxConnections === 0 || this.connections < maxConnections;
  }

  /** Clients that are connected now, at all paths. */
  get connections(): number {
    return this.#eachMount.reduce((sum, { connections }) => sum + connections, this.#clients.length);
  }

  get #clients(): WebSocket[] {
    return [...this.#doors.values()].flatMap(({ webSockets }) => [...webSockets.clients]);
  }

  get #eachMount(): Mount[] {
    return [...new Set(this.#mounts.map(([, mount]) => mount))].filter((mount) => typeof mount !== 'function');
  }

  /** Ends every connection. What is due goes out first, then the closing handshake, which has `closeAfterMs`. */
  async close(): Promise<void> {
    this.#stopped = true;
    // One turn of the event loop: what is due is written at its end.
    await new Promise((resolve) => setImmediate(resolve));
    const clients = this.#clients;
    const gone = clients.map((client) => new Promise((resolve) => client.once('close', resolve)));
    for (const client of clients) client.close(1001, 'The server stops');
    const timer = setTimeout(() => {
      for (const client of clients) client.terminate();
    }, closeAfterMs);
    await Promise.all([...gone, ...this.#eachMount.map((mount) => mount.close())]);
    clearTimeout(timer);
    for (const { webSockets } of this.#doors.values()) webSockets.close();
  }

  #mountAt(path: string): Mount | RequestListener | undefined {
    return this.#mounts.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`))?.[1];
  }

  readonly #onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    this.#headers.set(request, response);
    const mount = this.#mountAt(pathOf(request));
    if (typeof mount === 'object') mount.request(request, response);
    else (mount ?? this.#options.otherwise)?.(request, response);
  };

  readonly #onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const path = pathOf(request);
    const door = this.#stopped ? undefined : this.#doors.get(path);
    const mount = door ? undefined : this.#mountAt(path);
    if (typeof mount === 'object') {
      mount.upgrade(request, socket, head);
      return;
    }
    if (!door) {
      this.#refuse(request, socket, 404, path, 'there is no WebSocket here');
      return;
    }
    const { origin } = request.headers;
    const { allowedOrigins } = this.#options;
    if (origin !== undefined && allowedOrigins.length > 0 && !allowedOrigins.includes(origin)) {
      this.#refuse(request, socket, 403, path, `origin ${origin} is not among the allowed origins`);
      return;
    }
    if (!this.hasPlace) {
      this.#refuse(request, socket, 503, path, 'all connections are taken');
      return;
    }
    if (door.subprotocol !== undefined) nameSubprotocol(request, door.subprotocol);
    const { observer } = this.#options;
    door.webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = observer
        ? new ObservedConnection(webSocket, socket, this.#turn, door.limits, observer)
        : new Connection(webSocket, socket, this.#turn, door.limits);
      observer?.opened?.(connection);
      door.accept(connection);
    });
  };

  #refuse(request: IncomingMessage, socket: Duplex, status: number, path: string, reason: string): void {
    this.#options.onRefused(path, reason);
    const body = `${reason}\n`;
    const headers = [...this.#headers.for(request)].map(([name, value]) => `${name}: ${value}\r\n`);
    socket.on('error', () => socket.destroy());
    socket.end(
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Type: text/plain\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\n${headers.join('')}\r\n${body}`,
    );
  }
}

/** Reduces the client's offer to the subprotocol of the path: the ws library would refuse a list that breaks RFC 6455. */
function nameSubprotocol({ headers }: IncomingMessage, subprotocol: string): void {
  const offered = headers['sec-websocket-protocol']?.split(',').map((name) => name.trim());
  if (offered?.includes(subprotocol)) headers['sec-websocket-protocol'] = subprotocol;
  else delete headers['sec-websocket-protocol'];
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '/';
}
