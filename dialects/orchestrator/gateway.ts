import { randomUUID } from 'node:crypto';
import type { Socket } from 'socket.io';
import type { Dialect, DialectState, DialectContext } from '../dialect.js';
import { RequestQueue } from '../request-queue.js';
import { Attendance, dialectName } from './attendance.js';
import { Link } from './link.js';
import type { Context } from './context.js';
import type { Endpoint } from './endpoint.js';
import { fieldsOf } from './endpoint.js';
import { endpoints } from './endpoints.js';
import { Refusal, refusalOf } from './errors.js';
import { isPlain } from './json.js';
import type { Answer } from './messages.js';
import { NtpClock } from './ntp-clock.js';
import { VrSessions } from './vr-sessions.js';
import type { OrchestratorSettings } from './options.js';
import { People } from './people.js';
import { DataStreams } from './streams.js';
import { logOut } from './user-endpoints.js';
import { Users } from './users.js';

const byName: ReadonlyMap<string, Endpoint> = new Map(
  endpoints.flatMap((endpoint) => endpoint.names.map((name) => [name, endpoint] as const)),
);

/** The link of one client, and its queue of requests. */
interface Client {
  readonly link: Link;
  readonly requests: RequestQueue<() => Promise<void> | undefined>;
}

type Acknowledge = (answer: Answer) => void;
type Listener = readonly [name: string, listener: (this: Socket, ...content: readonly unknown[]) => void];

/** The protocol of the VR2Gather Orchestrator over rooms. It has a namespace of its own, and shares the default one. */
export class OrchestratorGateway implements Dialect {
  readonly name = dialectName;
  readonly #settings: OrchestratorSettings;
  readonly #terminate: () => void;
  readonly #clients = new Map<Socket, Client>();
  #context: Context | undefined;
  #clock: NtpClock | undefined;

  /** @param terminate stops the whole server, for TERMINATE_ORCHESTRATOR */
  constructor(settings: OrchestratorSettings, terminate: () => void) {
    this.#settings = settings;
    this.#terminate = terminate;
  }

  get state(): DialectState {
    return { connections: this.#clients.size, undelivered: this.#context?.attendance.undelivered ?? 0 };
  }

  /** What the dialect holds, for tests of leaks: all 0 when nobody is connected. */
  get remains(): { readonly users: number; readonly sessions: number; readonly streams: number } {
    const { users, sessions, streams } = this.#context ?? {};
    return { users: users?.size ?? 0, sessions: sessions?.size ?? 0, streams: streams?.size ?? 0 };
  }

  /** How many rooms of other dialects it knows of: none while no user is logged in. */
  get shownRooms(): number {
    return this.#context?.sessions.shown ?? 0;
  }

  attach(given: DialectContext): void {
    const { rooms, access, names, roomList, socketIo, maxQueuedRequests, log, now, elsewhere, figures } = given;
    const settings = this.#settings;
    const users = new Users(randomUUID);
    const people = new People(users, randomUUID);
    const sessions = new VrSessions({ rooms, names, people, settings, newId: randomUUID, elsewhere });
    const clock = new NtpClock({
      servers: settings.ntpServers,
      intervalMs: settings.ntpIntervalMs,
      timeoutMs: settings.ntpTimeoutMs,
      now,
      log,
    });
    this.#clock = clock;
    const context: Context = {
      id: randomUUID(),
      access,
      figures,
      settings,
      users,
      sessions,
      attendance: new Attendance(rooms, sessions, people, settings.foreignChat),
      streams: new DataStreams(settings.maxStreams),
      roomList,
      log,
      now: () => clock.now(),
      terminate: this.#terminate,
      disconnectAll: () => {
        for (const { link } of this.#clients.values()) link.end();
      },
    };
    this.#context = context;
    const listeners = this.#listeners(context);
    const accept = (socket: Socket): void => {
      this.#accept(socket, context, listeners, maxQueuedRequests);
    };
    socketIo.namespace(settings.namespace).on('connection', accept);
    socketIo.register({ name: dialectName, claims: (event) => byName.has(event), accept });
    clock.start();
  }

  close(): void {
    this.#clock?.stop();
    for (const { link } of this.#clients.values()) if (this.#context) logOut(this.#context, link);
  }

  /**
   * One listener for each name, shared by all sockets. A listener for all events would miss the first one, which decides the dialect
   * of a client. Events with other names are ignored.
   */
  #listeners(context: Context): readonly Listener[] {
    const clients = this.#clients;
    return [...byName].map(([name, endpoint]) => [
      name,
      function (this: Socket, ...content: readonly unknown[]): void {
        const client = clients.get(this);
        if (client) take(context, client, endpoint, content);
      },
    ]);
  }

  #accept(socket: Socket, context: Context, listeners: readonly Listener[], maxRequests: number): void {
    const link = new Link(socket, this.#settings.maxQueuedBytes, context.figures);
    const requests = new RequestQueue<() => Promise<void> | undefined>({ maxRequests }, (request) => request());
    this.#clients.set(socket, { link, requests });
    for (const [name, listener] of listeners) socket.on(name, listener);
    socket.on('disconnect', () => {
      this.#clients.delete(socket);
      requests.clear();
      if (link.lost > 0)
        context.log.warn('a slow client lost data packets', { lost: link.lost, address: link.address });
      if (link.refused > 0)
        context.log.warn('data packets of a client were refused', { refused: link.refused, address: link.address });
      try {
        logOut(context, link);
      } catch (error) {
        context.log.error('a client could not be removed completely', { error });
      }
    });
  }
}

/** Takes one request. It never throws, whatever the client sends. */
function take(context: Context, { link, requests }: Client, endpoint: Endpoint, content: readonly unknown[]): void {
  const last = content.at(-1);
  // A function can only be the acknowledgement that socket.io adds; clients cannot send one.
  const acknowledge = typeof last === 'function' ? (last as Acknowledge) : undefined;
  const given = acknowledge ? content.slice(0, -1) : content;
  const commandId = endpoint.isCommand ? commandIdOf(given[0]) : undefined;
  let isAnswered = false;
  const answer = ({ error, message, body }: Answer): void => {
    isAnswered = true;
    acknowledge?.({ error, message, body, ...(commandId !== undefined && { commandId }) });
    // The client sends requests and does not read the answers.
    if (acknowledge && link.behind) link.drop();
  };
  const succeed = (body: object = {}): void => {
    answer({ error: 0, message: 'OK', body });
  };
  const fail = (error: unknown): void => {
    const refusal = refusalOf(error);
    if (!refusal) context.log.error('a request failed unexpectedly', { request: endpoint.names[0], error });
    const { code, message } = refusal ?? new Refusal(endpoint.onDefect);
    context.figures.errors.add(String(code));
    if (!isAnswered) answer({ error: code, message, body: {} });
  };
  const serve = (): Promise<void> | undefined => {
    try {
      const outcome = endpoint.run(context, link, given, succeed);
      if (outcome instanceof Promise) return outcome.catch(fail);
      succeed(outcome.body);
      outcome.afterwards?.();
    } catch (error) {
      fail(error);
    }
    return undefined;
  };
  const isTaken = !link.isOverBudget && requests.add(serve, 0, link.account);
  if (!isTaken) fail(new Refusal(endpoint.onDefect, 'Too many requests are waiting'));
}

/**
 * The `commandId`, which is sent back unchanged (docs/protocols/orchestrator.md#2-requests-and-answers); undefined for
 * a value that cannot be sent.
 */
function commandIdOf(given: unknown): unknown {
  const { commandId } = fieldsOf(given) as { readonly commandId?: unknown };
  return isPlain(commandId, { bytes: true }) ? commandId : undefined;
}
