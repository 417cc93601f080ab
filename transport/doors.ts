import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { AnswerHeaders } from './answer-headers.js';
import type { Budget } from './gate/account.js';
import type { Caller } from './gate/caller.js';
import { Connection, ObservedConnection } from './connection.js';
import type { ConnectionLimits, ConnectionObserver } from './connection.js';
import type { Gate } from './gate/gate.js';
import { Exchanges } from './gate/exchanges.js';
import { HttpVisits } from './gate/http-visits.js';
import { endIdle } from './gate/idle.js';
import { watchForSleep } from './gate/patience.js';
import { SocketCount } from './gate/socket-count.js';
import { newWebSocketServer } from './gate/gate-socket.js';
import type { GateSocket, GateSocketServer } from './gate/gate-socket.js';
import { answerRaw, keepHeaders } from './raw-answer.js';
import { pathOf, straighten } from './request-path.js';
import { asksForWebSocket, ignoreUpgrade, isHandedBack, upgradeMissing, upgradeRemedy } from './upgrade.js';
import { WriteTurn } from './write-turn.js';

/** Serves everything below a path: plain requests and upgrades to another protocol. It has clients that stay connected. */
export interface Mount {
  /** Clients that are connected now. */
  readonly connections: number;
  request(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Whether a plain request is for what only an upgrade can have. It is answered with 426. */
  needsUpgrade?(request: IncomingMessage): boolean;
  /** Answers a request that may not come in, in the form of its protocol. Default: plain text. */
  refuse?(response: ServerResponse, status: number, reason: string): void;
  /** Ends every connection. */
  close(): Promise<void>;
}

export interface DoorsOptions extends ConnectionLimits {
  readonly gate: Gate;
  /** Answers requests for paths that nothing is mounted at. */
  readonly otherwise?: RequestListener;
  /** Answers a request for such a path that may not come in. Default: plain text. */
  readonly refuse?: (response: ServerResponse, status: number, reason: string) => void;
  /** Clients that may be connected at a time on all paths together; 0: any number. */
  readonly maxConnections: number;
  /** What every answer tells browsers, whatever is mounted. Default: the strict ones. */
  readonly headers?: AnswerHeaders;
  /** TCP connections that may be open at a time. More are answered with 503. */
  readonly maxSockets?: number;
  readonly observer?: ConnectionObserver;
}

/** What one path does otherwise than the others. */
export interface DoorOptions {
  /** UTF-8 bytes of one incoming text message; a longer one closes the connection with 1009. Counts in place of `maxTextLength`. */
  readonly maxTextBytes?: number;
  readonly maxQueuedBytes?: number;
  readonly budget?: Partial<Budget>;
  /**
   * The one subprotocol of this path. It is named to clients that offer it, even in a list that breaks RFC 6455; some send repeated
   * letters. Without this option the first subprotocol offered is named, and a list that breaks RFC 6455 is refused.
   */
  readonly subprotocol?: string;
}

/** Called with each new connection, and with the request by which it was opened. */
export type Accept = (connection: Connection, request: IncomingMessage) => void;

interface Door {
  readonly webSockets: GateSocketServer;
  readonly subprotocol: string | undefined;
  readonly accept: Accept;
  readonly limits: ConnectionLimits;
  readonly budget: Partial<Budget> | undefined;
}

/** How long clients have for the closing handshake when the server stops, in ms. */
const closeAfterMs = 1_000;

const noDescriptor = 'no file descriptor is left for one more connection';
const descriptorRemedy =
  'Raise the limit of open files (`ulimit -n`, or LimitNOFILE of systemd), or set MAX_CONNECTIONS_PER_ADDRESS lower. Those that are refused from now on are not logged';

/** How long a TCP connection that is turned away has for the request by whose answer it is told so, in ms. */
const turnedAwayMs = 5_000;

/** TCP connections that are told so at a time. More are ended without a word. */
const toldWhy = 32;

/** At most, in UTF-8. */
const utf8BytesPerUnit = 3;

/** The paths of the one HTTP server: which protocol is spoken at which. Every request and upgrade passes the gate here. */
export class Doors {
  readonly #server: Server;
  readonly #options: DoorsOptions;
  readonly #headers: AnswerHeaders;
  readonly #gate: Gate;
  readonly #visits: HttpVisits;
  readonly #exchanges: Exchanges;
  readonly #turn = new WriteTurn();
  readonly #doors = new Map<string, Door>();
  #stopped = false;
  #hasMissedUpgrade = false;
  readonly #sockets: SocketCount;
  readonly #mounts: (readonly [prefix: string, mount: Mount | RequestListener])[] = [];

  constructor(server: Server, options: DoorsOptions) {
    this.#server = server;
    this.#options = options;
    this.#headers = options.headers ?? new AnswerHeaders();
    this.#gate = options.gate;
    this.#visits = new HttpVisits(options.gate);
    this.#exchanges = new Exchanges(options.messageMs);
    this.#sockets = new SocketCount(options.maxSockets ?? Infinity);
    server.on('connection', this.#onConnection);
    server.on('timeout', (socket: Socket) => {
      endIdle(server, socket);
    });
    server.on('request', this.#onRequest);
    server.on('upgrade', this.#onUpgrade);
  }

  /** For those who keep clients of their own: they take a place and an account for each. */
  get gate(): Gate {
    return this.#gate;
  }

  /** Accepts connections to `path` (compared exactly, without the query). */
  open(path: string, accept: Accept, options: DoorOptions = {}): void {
    const own = { ...this.#options, ...options };
    const maxPayload = options.maxTextBytes ?? own.maxTextLength * utf8BytesPerUnit;
    const webSockets = newWebSocketServer(maxPayload);
    const limits = { ...own, maxTextLength: options.maxTextBytes ?? own.maxTextLength };
    this.#doors.set(path, { webSockets, subprotocol: options.subprotocol, accept, limits, budget: options.budget });
  }

  /**
   * Hands over everything at `prefix` and below; the longest prefix counts.
   * @param mount a plain request handler where nothing but HTTP is spoken; upgrades are then refused
   */
  mount(prefix: string, mount: Mount | RequestListener): void {
    this.#mounts.push([prefix, mount]);
    this.#mounts.sort(([one], [other]) => other.length - one.length);
  }

  readonly #prefixes = (): string[] => {
    return this.#mounts.map(([prefix]) => prefix);
  };

  /** Whether one more client may connect. */
  get hasPlace(): boolean {
    const { maxConnections } = this.#options;
    return maxConnections === 0 || this.connections < maxConnections;
  }

  /** Clients that are connected now, at all paths. */
  get connections(): number {
    const ofMounts = this.#eachMount.reduce((sum, { connections }) => sum + connections, 0);
    return [...this.#doors.values()].reduce((sum, { webSockets }) => sum + webSockets.clients.size, ofMounts);
  }

  get #clients(): GateSocket[] {
    return [...this.#doors.values()].flatMap(({ webSockets }) => [...webSockets.clients]);
  }

  get #eachMount(): Mount[] {
    return [...new Set(this.#mounts.map(([, mount]) => mount))].filter((mount) => typeof mount !== 'function');
  }

  /** Lets nobody in any more. */
  stop(): void {
    this.#stopped = true;
  }

  /** Ends every connection. What is due goes out first, then the closing handshake, which has `closeAfterMs`. */
  async close(): Promise<void> {
    this.stop();
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

  /** Before a request can be read: an address that opens many connections, or all addresses together, may not take all descriptors. */
  readonly #onConnection = (socket: Socket): void => {
    if (isHandedBack(socket)) return;
    const address = socket.remoteAddress ?? '';
    const place = this.#gate.connect(address);
    const space = this.#sockets.opened();
    let waiting: NodeJS.Timeout | undefined;
    const stopWatching = watchForSleep();
    socket.once('close', () => {
      stopWatching();
      this.#sockets.closed();
      place?.leave();
      clearTimeout(waiting);
    });
    if (place && space === 'free') {
      onFirstRequest.set(socket, place.introduced);
      return;
    }
    const reason = space === 'free' ? 'too many connections of this address' : noDescriptor;
    if (space === 'free') this.#gate.report({ url: '' }, { address }, reason);
    else if (space === 'full-from-now') this.#gate.report({ url: '' }, { address }, reason, descriptorRemedy);
    const destroy = (): void => {
      socket.destroy();
    };
    // Some are told why, in answer to their request.
    if (this.#sockets.excess > toldWhy) destroy();
    else {
      turnedAway.set(socket, reason);
      waiting = setTimeout(destroy, turnedAwayMs).unref();
    }
  };

  readonly #onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const { origin } = request.headers;
    straighten(request, this.#prefixes);
    lastAnswers.set(request.socket, response);
    const caller = this.#admitSocket(request);
    this.#headers.set(request, response);
    const path = pathOf(request);
    const mount = this.#mountAt(path);
    const isProtocol = typeof mount === 'object';
    response.setHeader('Vary', 'Origin');
    // A client that goes away while it is answered is no fault of the server.
    response.on('error', ignore);
    const refuseWith = (status: number, reason: string): void => {
      const refuse = isProtocol ? mount.refuse?.bind(mount) : mount ? undefined : this.#options.refuse;
      (refuse ?? answerText)(response, status, reason);
    };
    const refuse = (): void => {
      this.#gate.report(request, caller, 'the rest of a request did not come in time');
      refuseWith(408, 'The rest of the request did not come in time');
    };
    this.#exchanges.watch({ request, response, ...(!isProtocol && { refuse }) });
    const full = turnedAway.get(request.socket);
    if (full !== undefined) {
      response.setHeader('Connection', 'close');
      refuseWith(503, full);
      return;
    }
    const refusal =
      this.#gate.refusal(request, caller, isProtocol ? 'protocol' : 'page') ??
      (isProtocol && asksForScript(request) ? { reason: 'Answers as scripts (JSONP) are not given' } : undefined);
    if (refusal) {
      refuseWith(403, refusal.reason);
      return;
    }
    if (origin !== undefined) {
      response.setHeader('Access-Control-Allow-Origin', origin);
      // Scripts of Socket.IO 1 and 2 ask with credentials.
      if (isProtocol) response.setHeader('Access-Control-Allow-Credentials', 'true');
    }
    const needsUpgrade = this.#doors.has(path) || (isProtocol && mount.needsUpgrade?.(request) === true);
    const serve = (): void => {
      if (request.method === 'OPTIONS' && (path === '*' || this.#doors.has(path))) {
        response.writeHead(204, { Allow: 'GET, OPTIONS' }).end();
      } else if (needsUpgrade && request.method !== 'OPTIONS') {
        if (!this.#hasMissedUpgrade) this.#gate.report(request, caller, upgradeMissing, upgradeRemedy);
        this.#hasMissedUpgrade = true;
        response.setHeader('Upgrade', 'websocket');
        response.setHeader('Connection', 'Upgrade');
        refuseWith(426, upgradeMissing);
      } else if (isProtocol) mount.request(request, response);
      else (mount ?? this.#options.otherwise)?.(request, response);
    };
    this.#visits.take(request, response, caller, serve, (retryAfterMs) => {
      this.#gate.report(request, caller, 'too many requests');
      response.setHeader('Retry-After', Math.ceil(retryAfterMs / 1_000));
      response.setHeader('Connection', 'close');
      refuseWith(429, 'Too many requests');
    });
  };

  readonly #onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (!asksForWebSocket(request)) {
      ignoreUpgrade(this.#server, request, { socket, head, before: lastAnswers.get(socket) });
      return;
    }
    straighten(request, this.#prefixes);
    // A client that goes away during the handshake is no fault of the server.
    socket.on('error', ignore);
    const caller = this.#admitSocket(request);
    keepHeaders(socket, this.#headers.for(request));
    const path = pathOf(request);
    const door = this.#stopped ? undefined : this.#doors.get(path);
    const mount = door ? undefined : this.#mountAt(path);
    const isMount = typeof mount === 'object';
    const refuse = (status: number, reason: string): void => {
      this.#gate.report(request, caller, reason);
      answerRaw(socket, status, reason);
    };
    const full = turnedAway.get(socket);
    if (full) {
      answerRaw(socket, 503, full);
      return;
    }
    if (!door && !isMount) {
      refuse(404, 'there is no WebSocket here');
      return;
    }
    const refusal = this.#gate.refusal(request, caller, 'protocol');
    if (refusal) {
      answerRaw(socket, 403, refusal.reason);
      return;
    }
    if (isMount) {
      mount.upgrade(request, socket, head);
      return;
    }
    if (!door) return;
    if (!this.hasPlace) {
      refuse(503, 'all connections are taken');
      return;
    }
    const place = this.#gate.enter(request, caller);
    if (!place) {
      answerRaw(socket, 503, 'too many connections');
      return;
    }
    // Also when the handshake fails.
    socket.once('close', place.leave);
    if (door.subprotocol !== undefined) nameSubprotocol(request, door.subprotocol);
    const { observer } = this.#options;
    door.webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const account = this.#gate.account(door.budget);
      const wire = {
        webSocket,
        socket,
        turn: this.#turn,
        account,
        address: caller.address,
        introduced: place.introduced,
      };
      const connection = observer
        ? new ObservedConnection(wire, door.limits, observer)
        : new Connection(wire, door.limits);
      observer?.opened?.(connection);
      door.accept(connection, request);
    });
  };

  /** The TCP connection has made a request. */
  #admitSocket(request: IncomingMessage): Caller {
    onFirstRequest.get(request.socket)?.();
    return this.#gate.identify(request);
  }
}

/** Called when a TCP connection has made its first request. */
const onFirstRequest = new WeakMap<Duplex, () => void>();

/** What the last request of a connection was answered, or will be. */
const lastAnswers = new WeakMap<Duplex, ServerResponse>();

/** TCP connections that may make no request, and why. */
const turnedAway = new WeakMap<Duplex, string>();

function answerText(response: ServerResponse, status: number, reason: string): void {
  const body = `${reason}\n`;
  // The client sees where it ends although the connection may stay open for the rest of the request.
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=UTF-8',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}

/** Reduces the client's offer to the subprotocol of the path: the ws library would refuse a list that breaks RFC 6455. */
function nameSubprotocol({ headers }: IncomingMessage, subprotocol: string): void {
  const offered = headers['sec-websocket-protocol']?.split(',').map((name) => name.trim());
  if (offered?.includes(subprotocol)) headers['sec-websocket-protocol'] = subprotocol;
  else delete headers['sec-websocket-protocol'];
}

/** Whether a page asks by a script element, which reads answers of any origin (`j=` of Engine.IO). */
function asksForScript({ url = '' }: IncomingMessage): boolean {
  return /[?&]j=/.test(url);
}

function ignore(): void {
  // 'close' follows.
}
