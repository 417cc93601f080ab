import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Server as TlsServer } from 'node:tls';
import { AnswerHeaders } from './answer-headers.js';
import { DoorFigures } from './door-figures.js';
import type { Budget } from './gate/account.js';
import { isPassedOn } from './gate/caller.js';
import type { Caller } from './gate/caller.js';
import { Connection, ObservedConnection } from './connection.js';
import type { ConnectionLimits, ConnectionObserver } from './connection.js';
import type { Gate } from './gate/gate.js';
import { Exchanges } from './gate/exchanges.js';
import { HttpVisits } from './gate/http-visits.js';
import { endIdle } from './gate/idle.js';
import { watchForSleep } from './gate/patience.js';
import type { Place } from './gate/places.js';
import { SocketCount } from './gate/socket-count.js';
import { newWebSocketServer } from './gate/gate-socket.js';
import type { GateSocket, GateSocketServer } from './gate/gate-socket.js';
import { answerRaw, keepHeaders } from './raw-answer.js';
import { pathOf, straighten } from './request-path.js';
import { expectTls, linkTls, tcpOf } from './tls-socket.js';
import { Tunnel } from './tunnel/tunnel.js';
import type { PassingOptions } from './tunnel/tunnel.js';
import type { OtherNode } from './tunnel/world-owners.js';
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
  /** Ends every connection in such a way that the clients connect anew. For a mount of a world. */
  sendAway?(reason: string): void;
  /** Ends every connection. */
  close(): Promise<void>;
}

/** What a door says of its clients. */
export interface WorldOptions {
  /**
   * The world of the clients: what a protocol keeps for all of them at once. Of several nodes one serves a world, and the others pass its
   * clients on to that one. Doors that share a client share a world. Default: each node serves the clients that come to it.
   */
  readonly world?: string;
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
  /** Default: this server is alone. */
  readonly passing?: PassingOptions | undefined;
}

export interface MountOptions extends WorldOptions {
  /** For a plain request handler: clients that are there without a connection of their own. Default: none. */
  readonly clients?: () => number;
}

/** What one path does otherwise than the others. */
export interface DoorOptions extends WorldOptions {
  /** UTF-8 bytes of one incoming text message; a longer one closes the connection with 1009. Counts in place of `maxTextLength`. */
  readonly maxTextBytes?: number;
  readonly maxQueuedBytes?: number;
  readonly budget?: Partial<Budget>;
  /**
   * The one subprotocol of this path. It is named to clients that offer it, even in a list that breaks RFC 6455; some send repeated
   * letters. Without this option the first subprotocol offered is named, and a list that breaks RFC 6455 is refused.
   */
  readonly subprotocol?: string;
  /** Those of the protocol. Default: nobody reads them. */
  readonly figures?: DoorFigures | undefined;
}

/** Called with each new connection, and with the request by which it was opened. */
export type Accept = (connection: Connection, request: IncomingMessage) => void;

interface Door {
  readonly webSockets: GateSocketServer;
  readonly subprotocol: string | undefined;
  readonly accept: Accept;
  readonly limits: ConnectionLimits;
  readonly budget: Partial<Budget> | undefined;
  readonly world: string | undefined;
  readonly figures: DoorFigures;
}

interface Mounted {
  readonly prefix: string;
  readonly mount: Mount | RequestListener;
  readonly world: string | undefined;
  readonly clients: () => number;
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
  /** With which code and words connections end. */
  #farewell: readonly [number, string] = [1001, 'The server stops'];
  #hasMissedUpgrade = false;
  readonly #sockets: SocketCount;
  readonly #mounts: Mounted[] = [];
  readonly #tunnel: Tunnel | undefined;

  constructor(server: Server, options: DoorsOptions) {
    this.#server = server;
    this.#options = options;
    this.#headers = options.headers ?? new AnswerHeaders();
    this.#gate = options.gate;
    this.#visits = new HttpVisits(options.gate);
    this.#exchanges = new Exchanges(options.messageMs);
    const sockets = (this.#sockets = new SocketCount(options.maxSockets ?? Infinity));
    this.#tunnel = options.passing && new Tunnel({ ...options.passing, sockets, stillMs: options.messageMs });
    server.on('connection', this.#onConnection);
    if (server instanceof TlsServer) server.on('secureConnection', linkTls);
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
    const { subprotocol, budget, world, figures = new DoorFigures(path) } = options;
    this.#doors.set(path, { webSockets, subprotocol, accept, limits, budget, world, figures });
  }

  /**
   * Hands over everything at `prefix` and below; the longest prefix counts.
   * @param mount a plain request handler where nothing but HTTP is spoken; upgrades are then refused
   */
  mount(prefix: string, mount: Mount | RequestListener, { world, clients = () => 0 }: MountOptions = {}): void {
    this.#mounts.push({ prefix, mount, world, clients });
    this.#mounts.sort((one, other) => other.prefix.length - one.prefix.length);
  }

  readonly #prefixes = (): string[] => {
    return this.#mounts.map(({ prefix }) => prefix);
  };

  /** The protocol that is spoken at a path alone; undefined where none is, or several are. */
  protocolAt(path: string): string | undefined {
    return this.#doors.get(path)?.figures.door;
  }

  /** Whether one more client may connect. */
  get hasPlace(): boolean {
    const { maxConnections } = this.#options;
    return maxConnections === 0 || this.connections < maxConnections;
  }

  /** Clients that are connected now, at all paths. */
  get connections(): number {
    const ofMounts = this.#eachMount.reduce((sum, { connections }) => sum + connections, 0);
    const ofListeners = this.#mounts.reduce((sum, { clients }) => sum + clients(), 0);
    const ofTunnel = this.#tunnel?.connections ?? 0;
    return [...this.#doors.values()].reduce(
      (sum, { webSockets }) => sum + webSockets.clients.size,
      ofMounts + ofListeners + ofTunnel,
    );
  }

  /** Requests and connections that are passed on to other nodes now. */
  get passedOn(): number {
    return this.#tunnel?.open ?? 0;
  }

  /** Another node serves the clients of this world from now on: those that are here connect anew. */
  sendAway(world: string, reason: string): void {
    for (const door of this.#doors.values()) {
      if (door.world === world) for (const client of door.webSockets.clients) client.close(1012, reason);
    }
    for (const mounted of this.#mounts) {
      if (mounted.world === world && typeof mounted.mount === 'object') mounted.mount.sendAway?.(reason);
    }
  }

  /** Another node serves all clients, as far as one does: those that are here connect anew. */
  sendAllAway(code: number, reason: string): void {
    for (const client of this.#clients) client.close(code, reason);
    for (const mount of this.#eachMount) mount.sendAway?.(reason);
  }

  /** A node is dead. What leads to it ends, even where its connections do not show it. */
  nodeLost(node: string): void {
    this.#tunnel?.cut(node);
  }

  get #clients(): GateSocket[] {
    return [...this.#doors.values()].flatMap(({ webSockets }) => [...webSockets.clients]);
  }

  get #eachMount(): Mount[] {
    return [...new Set(this.#mounts.map(({ mount }) => mount))].filter((mount) => typeof mount !== 'function');
  }

  /** Lets nobody in any more. */
  stop(): void {
    this.#stopped = true;
  }

  /** From now on clients are told to come back soon as their connections end. */
  willBeBack(): void {
    this.#farewell = [1012, 'The server restarts: come back'];
  }

  /** Ends every connection. What is due goes out first, then the closing handshake, which has `closeAfterMs`. */
  async close(): Promise<void> {
    this.stop();
    this.#tunnel?.close();
    // One turn of the event loop: what is due is written at its end.
    await new Promise((resolve) => setImmediate(resolve));
    const clients = this.#clients;
    const gone = clients.map((client) => new Promise((resolve) => client.once('close', resolve)));
    const [code, reason] = this.#farewell;
    for (const client of clients) client.close(code, reason);
    if (code === 1012) for (const mount of this.#eachMount) mount.sendAway?.(reason);
    const timer = setTimeout(() => {
      for (const client of clients) client.terminate();
    }, closeAfterMs);
    await Promise.all([...gone, ...this.#eachMount.map((mount) => mount.close())]);
    clearTimeout(timer);
    for (const { webSockets } of this.#doors.values()) webSockets.close();
  }

  #mountAt(path: string): Mounted | undefined {
    return this.#mounts.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`));
  }

  /** Before a request can be read: an address that opens many connections, or all addresses together, may not take all descriptors. */
  readonly #onConnection = (socket: Socket): void => {
    if (isHandedBack(socket)) return;
    const address = socket.remoteAddress ?? '';
    if (this.#server instanceof TlsServer) expectTls(socket);
    const place = this.#gate.connect(address);
    const space = this.#sockets.opened();
    let waiting: NodeJS.Timeout | undefined;
    const stopWatching = watchForSleep();
    if (this.#tunnel) {
      onPassedOn.set(socket, () => {
        place?.leave();
        if (space !== 'free') return;
        clearTimeout(waiting);
        turnedAway.delete(socket);
      });
    }
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
    if (space === 'free') this.#gate.report({ url: '' }, { address }, reason, 'address');
    else if (space === 'full-from-now') this.#gate.report({ url: '' }, { address }, reason, 'full', descriptorRemedy);
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
    const door = this.#doors.get(path);
    const mounted = this.#mountAt(path);
    const mount = mounted?.mount;
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
    const exchange = this.#exchanges.watch({ request, response, ...(!isProtocol && { refuse }) });
    const full = turnedAway.get(tcpOf(request.socket));
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
    const needsUpgrade = door !== undefined || (isProtocol && mount.needsUpgrade?.(request) === true);
    const serve = (): void => {
      if (request.method === 'OPTIONS' && (path === '*' || door)) {
        response.writeHead(204, { Allow: 'GET, OPTIONS' }).end();
      } else if (needsUpgrade && request.method !== 'OPTIONS') {
        if (!this.#hasMissedUpgrade) this.#gate.report(request, caller, upgradeMissing, 'other', upgradeRemedy);
        this.#hasMissedUpgrade = true;
        response.setHeader('Upgrade', 'websocket');
        response.setHeader('Connection', 'Upgrade');
        refuseWith(426, upgradeMissing);
      } else if (!mounted) this.#options.otherwise?.(request, response);
      else {
        const unavailable: Refuse = (reason, headers) => {
          this.#gate.report(request, caller, reason);
          for (const [name, value] of headers) response.setHeader(name, value);
          refuseWith(503, reason);
        };
        const here = (): void => {
          if (response.headersSent) return;
          if (typeof mounted.mount === 'function') mounted.mount(request, response);
          else mounted.mount.request(request, response);
        };
        this.#route(mounted.world, request, {
          here,
          away: (tunnel, world, owner) => {
            exchange.bound(refuse);
            tunnel.request(world, owner, request, response, { here, refuse: unavailable });
          },
          refuse: unavailable,
        });
      }
    };
    // The node that the client came to has counted it.
    if (isPassedOn(request)) {
      serve();
      return;
    }
    this.#visits.take(request, response, caller, serve, (retryAfterMs) => {
      this.#gate.report(request, caller, 'too many requests', 'rate');
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
    const door = this.#doors.get(path);
    const mounted = door ? undefined : this.#mountAt(path);
    const mount = typeof mounted?.mount === 'object' ? mounted.mount : undefined;
    const refuse = (status: number, reason: string, more: readonly Header[] = []): void => {
      this.#gate.report(request, caller, reason);
      answerRaw(socket, status, reason, more);
    };
    const full = turnedAway.get(tcpOf(socket));
    if (full) {
      answerRaw(socket, 503, full);
      return;
    }
    if (!door && !mount) {
      refuse(404, 'there is no WebSocket here');
      return;
    }
    if (this.#stopped && door) {
      answerRaw(socket, 503, 'the server is about to end');
      return;
    }
    const refusal = this.#gate.refusal(request, caller, 'protocol');
    if (refusal) {
      answerRaw(socket, 403, refusal.reason);
      return;
    }
    const here = (): void => {
      if (mount) mount.upgrade(request, socket, head);
      else if (door) this.#open(door, { request, socket, head, caller });
    };
    this.#route(door?.world ?? mounted?.world, request, {
      here,
      away: (tunnel, world, owner) => {
        this.#passOn(tunnel, { world, owner, request, socket, head, caller }, here);
      },
      refuse: (reason, headers) => {
        refuse(503, reason, headers);
      },
    });
  };

  #open(door: Door, { request, socket, head, caller }: Upgrade): void {
    const place = this.#enter(request, socket, caller);
    if (!place) return;
    if (door.subprotocol !== undefined) nameSubprotocol(request, door.subprotocol);
    const { observer } = this.#options;
    door.webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const account = this.#gate.account(door.budget, request);
      const wire = {
        webSocket,
        socket,
        turn: this.#turn,
        account,
        address: caller.address,
        introduced: place.introduced,
        figures: door.figures,
      };
      const connection = observer
        ? new ObservedConnection(wire, door.limits, observer)
        : new Connection(wire, door.limits);
      observer?.opened?.(connection);
      door.accept(connection, request);
    });
  }

  /**
   * To another node. The client has a place here too: the limits for its address hold at each node.
   * @param here serves it on this node, should that turn out to be the one
   */
  #passOn(tunnel: Tunnel, { world, owner, request, socket, head, caller }: Upgrade & Route, here: () => void): void {
    const place = this.#enter(request, socket, caller);
    if (!place) return;
    const refuse: Refuse = (reason, headers) => {
      this.#gate.report(request, caller, reason);
      answerRaw(socket, 503, reason, headers);
    };
    // Node hands over a socket of its HTTP server. The type is for programs that hand over another stream.
    const ways = {
      here: () => {
        // It takes a place of its own.
        place.leave();
        here();
      },
      refuse,
    };
    tunnel.upgrade(world, owner, { request, socket: socket as Socket, head }, ways, () => {
      if (head.length > 0) place.introduced();
      else socket.once('data', place.introduced);
    });
  }

  /** Takes a place for a client that is to stay, until its connection ends. If there is none, it has been told. */
  #enter(request: IncomingMessage, socket: Duplex, caller: Caller): Place | undefined {
    if (!this.hasPlace) {
      const reason = 'all connections are taken';
      this.#gate.report(request, caller, reason, 'full');
      answerRaw(socket, 503, reason);
      return undefined;
    }
    const place = this.#gate.enter(request, caller);
    // Also when the handshake fails.
    if (place) socket.once('close', place.leave);
    else answerRaw(socket, 503, 'too many connections');
    return place;
  }

  /** Finds out which node serves the clients of a world. */
  #route(
    world: string | undefined,
    request: IncomingMessage,
    ways: {
      readonly here: () => void;
      readonly away: (tunnel: Tunnel, world: string, owner: OtherNode) => void;
      readonly refuse: Refuse;
    },
  ): void {
    const tunnel = this.#tunnel;
    if (!tunnel || world === undefined) {
      ways.here();
      return;
    }
    tunnel.route(world, request, {
      ...ways,
      away: (owner) => {
        ways.away(tunnel, world, owner);
      },
    });
  }

  /** The TCP connection has made a request. */
  #admitSocket(request: IncomingMessage): Caller {
    const tcp = tcpOf(request.socket);
    onFirstRequest.get(tcp)?.();
    const behindNode = this.#tunnel?.callerOf(request);
    if (!behindNode) return this.#gate.identify(request);
    // The connections of a node are of many clients, as those of a proxy.
    onPassedOn.get(tcp)?.();
    return behindNode;
  }
}

interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly caller: Caller;
}

interface Route {
  readonly world: string;
  readonly owner: OtherNode;
}

type Header = readonly [name: string, value: string];
type Refuse = (reason: string, headers: readonly Header[]) => void;

/** Called when a TCP connection has made its first request. */
const onFirstRequest = new WeakMap<Duplex, () => void>();

/** Called when another node has sent something over a TCP connection. */
const onPassedOn = new WeakMap<Duplex, () => void>();

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
