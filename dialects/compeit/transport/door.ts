import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { callerOf } from '../../../transport/gate/caller.js';
import type { DoorFigures } from '../../../transport/door-figures.js';
import { answerRaw } from '../../../transport/raw-answer.js';
import type { Mount } from '../../../transport/doors.js';
import type { Gate } from '../../../transport/gate/gate.js';
import { Places } from '../../../transport/gate/places.js';
import { newWebSocketServer } from '../../../transport/gate/gate-socket.js';
import type { GateSocketServer } from '../../../transport/gate/gate-socket.js';
import { Connection } from '../../../transport/connection.js';
import { WriteTurn } from '../../../transport/write-turn.js';
import { addressOf } from './address.js';
import type { TransportLimits } from './carrier.js';
import { answerText } from './http.js';
import { notHandshaken } from './packet.js';
import { PollingCarrier } from './polling-carrier.js';
import { Session } from './session.js';
import type { Accept, Handshake } from './session.js';
import { WebSocketCarrier } from './websocket-carrier.js';

export interface DoorSettings extends TransportLimits {
  /** Where the door is mounted, such as `/socket.io/1`. */
  readonly path: string;
  readonly gate: Gate;
  readonly figures: DoorFigures;
  /** Whether one more client may connect. */
  readonly hasPlace: () => boolean;
  /** Admits or refuses a client after its handshake. Must not reject. */
  readonly admit: (handshake: Handshake) => Promise<Admission>;
}

/** The namespaces for a client, or a short text that says why the client is refused. */
export type Admission = { readonly namespaces: ReadonlyMap<string, Accept> } | { readonly refusal: string };

/** Bytes of a session id. Only the id connects a request with its session, so nobody must be able to guess it. */
const idBytes = 18;

/** How long clients have for the closing handshake when the server stops, in ms. */
const closeAfterMs = 1_000;

const transports = 'websocket,xhr-polling';

/** The server of Socket.IO revision 1, for clients of Socket.IO 0.9 (docs/protocols/compeit.md#2-transport). */
export class OldSocketIoDoor implements Mount {
  readonly #settings: DoorSettings;
  readonly #sessions = new Map<string, Session>();
  /** Of this door alone; the gate has those of all doors. */
  readonly #places: Places;
  readonly #turn = new WriteTurn();
  readonly #webSockets: GateSocketServer;
  readonly #greeting: string;
  #stopped = false;

  constructor(settings: DoorSettings) {
    this.#settings = settings;
    this.#places = new Places({ perAddress: settings.maxSessionsPerAddress });
    this.#webSockets = newWebSocketServer(settings.maxPacketBytes);
    this.#greeting = [seconds(settings.heartbeatTimeoutMs), seconds(settings.closeTimeoutMs), transports].join(':');
  }

  get connections(): number {
    return this.#sessions.size;
  }

  request(request: IncomingMessage, response: ServerResponse): void {
    if (request.method === 'OPTIONS') {
      response.setHeader('Allow', 'GET, POST, OPTIONS');
      response.setHeader('Access-Control-Allow-Methods', 'GET, POST, OPTIONS');
      response.setHeader('Access-Control-Allow-Headers', 'Content-Type');
      answerText(response, 200, '');
      return;
    }
    if (request.method !== 'GET' && request.method !== 'POST') {
      answerText(response, 405, 'method not allowed');
      return;
    }
    this.#serve(request, response);
  }

  needsUpgrade(request: IncomingMessage): boolean {
    const address = addressOf(request, this.#settings.path);
    // A page that is closed says so by a plain request at this path.
    return address?.transport === 'websocket' && !address.query.has('disconnect');
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const address = addressOf(request, this.#settings.path);
    if (address?.transport !== 'websocket') {
      answerRaw(socket, 400, 'no such transport');
      return;
    }
    const session = this.#sessions.get(address.sid);
    if (session?.carrier) {
      answerRaw(socket, 400, 'the session has a transport');
      return;
    }
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const { maxPacketBytes, maxQueuedBytes } = this.#settings;
      if (!session) {
        webSocket.on('error', ignore);
        webSocket.send(notHandshaken);
        webSocket.close(1008, 'unknown session');
        return;
      }
      const { heartbeatIntervalMs, heartbeatTimeoutMs, firstRequestMs, messageMs } = this.#settings;
      const limits = {
        maxTextLength: maxPacketBytes,
        maxQueuedBytes,
        // Beside the heartbeat of this protocol, which clients of Socket.IO 0.9 expect.
        heartbeat: { intervalMs: heartbeatIntervalMs, timeoutMs: heartbeatTimeoutMs, code: 1008 },
        firstMessageMs: firstRequestMs,
        messageMs,
      };
      const { address: from, account, place, figures } = session.visitor;
      const wire = {
        webSocket,
        socket,
        turn: this.#turn,
        account,
        address: from,
        introduced: place.introduced,
        figures,
      };
      const connection = new Connection(wire, limits);
      session.open(new WebSocketCarrier(connection, session, this.#settings));
    });
  }

  refuse(response: ServerResponse, status: number, reason: string): void {
    answerText(response, status, reason);
  }

  /** As if the connections were lost: no packet says good-bye, which would keep the clients away. */
  sendAway(reason: string): void {
    for (const session of [...this.#sessions.values()]) session.connectionLost(reason);
  }

  /** Ends all sessions. Clients try again. */
  async close(): Promise<void> {
    this.#stopped = true;
    for (const session of this.#sessions.values()) session.end('the server stops');
    this.#sessions.clear();
    const { clients } = this.#webSockets;
    const gone = [...clients].map((client) => new Promise((resolve) => client.once('close', resolve)));
    const timer = setTimeout(() => {
      for (const client of clients) client.terminate();
    }, closeAfterMs);
    await Promise.all(gone);
    clearTimeout(timer);
    this.#webSockets.close();
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const address = addressOf(request, this.#settings.path);
    if (!address) {
      answerText(response, 404, 'not found');
      return;
    }
    const { transport, sid, query } = address;
    if (sid === '' && transport === '') {
      void this.#shakeHands(request, response, query);
    } else if (query.has('disconnect')) {
      this.#sessions.get(sid)?.connectionLost('the client said good-bye');
      answerText(response, 200, '');
    } else if (transport !== 'xhr-polling') {
      answerText(response, 400, 'no such transport');
    } else {
      this.#poll(request, response, this.#sessions.get(sid));
    }
  }

  async #shakeHands(request: IncomingMessage, response: ServerResponse, query: URLSearchParams): Promise<void> {
    const caller = callerOf(request);
    const { address } = caller;
    if (!this.#hasPlaceFor(address)) {
      answerText(response, 503, 'all connections are taken');
      return;
    }
    const handshake = { query, headers: request.headers, address };
    const admission = await this.#settings.admit(handshake);
    // Meanwhile the client may have disconnected, and others may have taken its place.
    if (response.destroyed) return;
    if ('refusal' in admission) {
      answerText(response, 403, admission.refusal);
      return;
    }
    const own = this.#hasPlaceFor(address) ? this.#places.take(address) : undefined;
    if (!own) {
      answerText(response, 503, 'all connections are taken');
      return;
    }
    const { gate, figures } = this.#settings;
    const place = gate.enter(request, caller);
    if (!place) {
      own.leave();
      answerText(response, 503, 'too many connections');
      return;
    }
    const id = randomBytes(idBytes).toString('base64url');
    const visitor = { address, account: gate.account(undefined, request), place, figures };
    const forget = (): void => {
      own.leave();
      place.leave();
      this.#sessions.delete(id);
    };
    const session = new Session(id, visitor, handshake, admission.namespaces, this.#settings, forget);
    this.#sessions.set(id, session);
    answerText(response, 200, `${id}:${this.#greeting}`);
  }

  #hasPlaceFor(address: string): boolean {
    return !this.#stopped && this.#settings.hasPlace() && this.#places.hasFor(address);
  }

  #poll(request: IncomingMessage, response: ServerResponse, session: Session | undefined): void {
    if (!session) {
      answerText(response, 200, notHandshaken);
      return;
    }
    // A body may come before the first poll, by another connection: a balancer sends them to different nodes.
    if (!session.carrier) session.open(new PollingCarrier(session, this.#settings));
    const { carrier } = session;
    if (!(carrier instanceof PollingCarrier)) {
      answerText(response, 400, 'the session has another transport');
    } else if (request.method === 'POST') {
      void carrier.take(request, response);
    } else {
      carrier.poll(response);
    }
  }
}

/** Rounded up and at least 1, because a client takes 0 for a time that is over. */
function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}

function ignore(): void {
  // The client's socket failed. A 'close' event follows.
}
