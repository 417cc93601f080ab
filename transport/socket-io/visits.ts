import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Socket } from 'socket.io';
import { WebSocketServer } from 'ws';
import type { ServerOptions } from 'ws';
import type { Account } from '../gate/account.js';
import { callerOf } from '../gate/caller.js';
import type { Gate } from '../gate/gate.js';
import { gateSocketOptions } from '../gate/gate-socket.js';
import type { GateSocket } from '../gate/gate-socket.js';
import { Patience } from '../gate/patience.js';
import type { Place } from '../gate/places.js';
import { Slices } from '../gate/slices.js';
import { boundPongs, bytesOf, interceptPolling, keepThroughSleep } from './engine.js';
import { onWsClientError } from '../raw-answer.js';

type EngineConnection = Socket['conn'];

const visits = new WeakMap<EngineConnection, Visit>();

/** What the gate knows of the connection of a client, which its namespaces share. */
export function visitOf(conn: EngineConnection): Visit | undefined {
  return visits.get(conn);
}

/** One client of socket.io, from its first request to its end, over all its transports. */
export class Visit {
  readonly account: Account;
  readonly #place: Place;
  readonly #firstRequest: Patience;
  #isOverBudget = false;

  constructor(conn: EngineConnection, account: Account, place: Place, firstRequestMs: number) {
    this.account = account;
    this.#place = place;
    this.#firstRequest = new Patience(firstRequestMs, () => {
      conn.close(true);
    });
    conn.once('close', () => {
      this.#firstRequest.stop();
      place.leave();
    });
  }

  /** Whether the client has spent its budget. Its present request, the last one, is to be refused in the form of its protocol. */
  get isOverBudget(): boolean {
    return this.#isOverBudget;
  }

  /** The client has made a request of a protocol. */
  introduced(): void {
    this.#firstRequest.stop();
    this.#place.introduced();
  }

  spent(): void {
    this.#isOverBudget = true;
  }
}

export interface VisitsOptions {
  readonly gate: Gate;
  /** How long a client may be connected before its first request, in ms. */
  readonly firstRequestMs: number;
  /** The client of a session id, if there is one. */
  readonly clientOf: (sid: string) => EngineConnection | undefined;
}

/** Lets the gate see what Engine.IO receives. */
export class Visits {
  readonly #options: VisitsOptions;
  /** Of WebSockets whose client Engine.IO does not know yet. */
  readonly #accounts = new WeakMap<IncomingMessage, Account>();
  /** By their first requests. */
  readonly #clients = new WeakMap<IncomingMessage, EngineConnection>();

  constructor(options: VisitsOptions) {
    this.#options = options;
  }

  /** The class that Engine.IO makes its WebSocket server of. */
  get engine(): new (options: ServerOptions) => object {
    const accountOf = (request: IncomingMessage): Account => this.#accountOf(request);
    const clientOf = (request: IncomingMessage): EngineConnection | undefined => this.#clientOf(request);
    return class extends WebSocketServer<typeof GateSocket> {
      constructor(options: ServerOptions) {
        super({ ...options, ...gateSocketOptions });
        this.on('wsClientError', onWsClientError);
      }

      override handleUpgrade(
        request: IncomingMessage,
        socket: Duplex,
        head: Buffer,
        done: (webSocket: GateSocket, request: IncomingMessage) => void,
      ): void {
        super.handleUpgrade(request, socket, head, (webSocket) => {
          const refuse = (_message: unknown, serve: () => void): void => {
            const conn = clientOf(request);
            if (conn) visitOf(conn)?.spent();
            serve();
            closeSoon(() => {
              webSocket.close(1008, 'Too many requests');
            });
          };
          webSocket.admit(accountOf(request), refuse, true);
          done(webSocket, request);
        });
      }
    };
  }

  /** Called for each new client. @returns false when there is no place for it; it is closed then */
  begin(conn: EngineConnection): boolean {
    const { gate, firstRequestMs } = this.#options;
    const request = conn.request;
    const place = gate.enter(request, callerOf(request));
    if (!place) {
      conn.close(true);
      return false;
    }
    const account = this.#accountOf(request);
    const visit = new Visit(conn, account, place, firstRequestMs);
    visits.set(conn, visit);
    this.#clients.set(request, conn);
    keepThroughSleep(conn);
    boundPongs(conn);
    const slices = new Slices<() => void>({
      account,
      isLate: true,
      serve: (serve) => {
        serve();
      },
      refuse: (serve) => {
        visit.spent();
        serve();
        closeSoon(() => {
          conn.close();
        });
      },
    });
    const tooMany = (): void => {
      slices.end();
      conn.close(true);
    };
    interceptPolling(
      conn,
      (data, serve) => {
        slices.add(serve, bytesOf(data));
      },
      tooMany,
    );
    conn.once('close', () => {
      slices.end();
    });
    return true;
  }

  #accountOf(request: IncomingMessage): Account {
    const known = this.#clientOf(request);
    const { gate } = this.#options;
    const account =
      (known && visitOf(known)?.account) ?? this.#accounts.get(request) ?? gate.account(undefined, request);
    this.#accounts.set(request, account);
    return account;
  }

  /** Of the first request of a client, and of one that names its session. */
  #clientOf(request: IncomingMessage): EngineConnection | undefined {
    const [, query = ''] = (request.url ?? '').split('?');
    const sid = new URLSearchParams(query).get('sid');
    return this.#clients.get(request) ?? (sid === null ? undefined : this.#options.clientOf(sid));
  }
}

/** After the answers of this turn are written. */
function closeSoon(close: () => void): void {
  setImmediate(() => {
    setImmediate(close);
  });
}
