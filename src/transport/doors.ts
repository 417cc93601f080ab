import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { Connection } from './connection.js';
import type { ConnectionLimits } from './connection.js';
import { WriteTurn } from './write-turn.js';

/** Answers everything below a path: plain requests, and those that want another protocol. */
export interface Mount {
  /** Clients that are connected now. */
  readonly connections: number;
  request(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends every connection. */
  close(): Promise<void>;
}

export interface DoorsOptions extends ConnectionLimits {
  /** Origins whose pages may connect; empty: all. A client without Origin is no browser and always may. */
  readonly allowedOrigins: readonly string[];
  /** Answers the requests that are for no mount. */
  readonly otherwise?: RequestListener;
  /** Clients that may be connected at a time, all paths together; 0: any number. */
  readonly maxConnections: number;
  readonly onRefused: (path: string, reason: string) => void;
}

/** How long clients have for the closing handshake when the server stops. */
const closeAfterMs = 1_000;

/** The bytes of a text of `n` UTF-16 code units, at most. */
const utf8BytesPerUnit = 3;

/** The paths of the one HTTP server behind which other protocols are spoken. */
export class Doors {
  readonly #options: DoorsOptions;
  readonly #turn = new WriteTurn();
  readonly #webSockets: WebSocketServer;
  readonly #accept = new Map<string, (connection: Connection) => void>();
  readonly #mounts: (readonly [prefix: string, mount: Mount])[] = [];

  constructor(server: Server, options: DoorsOptions) {
    this.#options = options;
    this.#webSockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      clientTracking: true,
      maxPayload: options.maxTextLength * utf8BytesPerUnit,
    });
    server.on('request', this.#onRequest);
    server.on('upgrade', this.#onUpgrade);
  }

  /** Accepts connections to `path` (compared exactly, without the query). */
  open(path: string, accept: (connection: Connection) => void): void {
    this.#accept.set(path, accept);
  }

  /** Hands over everything at `prefix` and below; the longest prefix counts. */
  mount(prefix: string, mount: Mount): void {
    this.#mounts.push([prefix, mount]);
    this.#mounts.sort(([one], [other]) => other.length - one.length);
  }

  /** Whether one more client may connect. */
  get hasPlace(): boolean {
    const { maxConnections } = this.#options;
    if (maxConnections === 0) return true;
    return (
      this.#eachMount.reduce((sum, { connections }) => sum + connections, this.#webSockets.clients.size) <
      maxConnections
    );
  }

  get #eachMount(): Mount[] {
    return [...new Set(this.#mounts.map(([, mount]) => mount))];
  }

  /** Ends every connection: what is due goes out first, then the closing handshake, for as long as that may take. */
  async close(): Promise<void> {
    this.#accept.clear();
    // One turn of the event loop: what is due is written at its end.
    await new Promise((resolve) => setImmediate(resolve));
    const { clients } = this.#webSockets;
    const gone = [...clients].map((client) => new Promise((resolve) => client.once('close', resolve)));
    for (const client of clients) client.close(1001, 'The server stops');
    const impatience = setTimeout(() => {
      for (const client of clients) client.terminate();
    }, closeAfterMs);
    await Promise.all([...gone, ...this.#eachMount.map((mount) => mount.close())]);
    clearTimeout(impatience);
    this.#webSockets.close();
  }

  #mountAt(path: string): Mount | undefined {
    return this.#mounts.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`))?.[1];
  }

  readonly #onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const mount = this.#mountAt(pathOf(request));
    if (mount) mount.request(request, response);
    else this.#options.otherwise?.(request, response);
  };

  readonly #onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const path = pathOf(request);
    const accept = this.#accept.get(path);
    const mount = accept ? undefined : this.#mountAt(path);
    if (mount) {
      mount.upgrade(request, socket, head);
      return;
    }
    if (!accept) {
      this.#refuse(socket, 404, path, 'there is no WebSocket here');
      return;
    }
    const { origin } = request.headers;
    const { allowedOrigins } = this.#options;
    if (origin !== undefined && allowedOrigins.length > 0 && !allowedOrigins.includes(origin)) {
      this.#refuse(socket, 403, path, `origin ${origin} is not among the allowed origins`);
      return;
    }
    if (!this.hasPlace) {
      this.#refuse(socket, 503, path, 'all connections are taken');
      return;
    }
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      accept(new Connection(webSocket, socket, this.#turn, this.#options));
    });
  };

  #refuse(socket: Duplex, status: number, path: string, reason: string): void {
    this.#options.onRefused(path, reason);
    const body = `${reason}\n`;
    socket.on('error', () => socket.destroy());
    socket.end(
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Type: text/plain\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '/';
}
