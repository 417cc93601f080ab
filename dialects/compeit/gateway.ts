import type { Socket } from 'socket.io';
import { callerOf } from '../../transport/gate/caller.js';
import { socketIoWorld } from '../../transport/socket-io/door.js';
import { visitOf } from '../../transport/socket-io/visits.js';
import type { Dialect, DialectContext, DialectNeeds, DialectState } from '../dialect.js';
import type { Agent } from './agent.js';
import { agentsOf } from './agents/agents.js';
import { Encoder } from './encoder.js';
import { Identities, dialectName } from './identity.js';
import type { Identity, Introduction } from './identity.js';
import { endpoint } from './message.js';
import { newLink } from './new-link.js';
import type { CompeitSettings } from './options.js';
import { People } from './people.js';
import { OldSocketIoDoor } from './transport/door.js';
import type { Handshake, NamespaceListener, NamespaceSocket } from './transport/session.js';
import { User } from './user.js';
import type { Link, UserContext } from './user.js';

const notAuthenticated = 'not authenticated';

/** The settings of the server that this dialect uses. */
type ServerShare = Pick<DialectNeeds['transport'], 'socketIoPath' | 'firstRequestMs' | 'messageMs'>;

/**
 * Serves pages of the COMPEIT platform, over Socket.IO 0.9 and, in the same namespace, over newer ones
 * (docs/protocols/compeit.md#1-overview, #212-newer-socketio-clients).
 */
export class CompeitGateway implements Dialect {
  readonly name = dialectName;
  readonly #settings: CompeitSettings;
  readonly #server: ServerShare;
  readonly #agents: readonly Agent[];
  readonly #people = new People();
  #door: OldSocketIoDoor | undefined;

  constructor(settings: CompeitSettings, server: ServerShare, agents = agentsOf(settings)) {
    this.#settings = settings;
    this.#server = server;
    this.#agents = agents;
  }

  /** The number of sessions over Socket.IO 0.9, including those that have no connection at present. */
  get sessions(): number {
    return this.#door?.connections ?? 0;
  }

  get state(): DialectState {
    return { connections: this.#people.size };
  }

  attach(given: DialectContext): void {
    const { rooms, access, names, doors, socketIo, pathPrefix, maxQueuedRequests, log, now, figures } = given;
    const { socketIoPath, firstRequestMs, messageMs } = this.#server;
    const context: UserContext = {
      rooms,
      names,
      people: this.#people,
      encoder: new Encoder(this.#people),
      agents: this.#agents,
      maxQueuedRequests,
      log,
      figures,
    };
    const identities = new Identities(() => this.#settings.tokenSecret, access, now);
    const path = `${pathPrefix}${socketIoPath}/1`;
    this.#door = new OldSocketIoDoor({
      ...this.#settings,
      path,
      firstRequestMs,
      messageMs,
      figures,
      gate: doors.gate,
      hasPlace: () => doors.hasPlace,
      admit: async (handshake) => {
        const identity = await identities.of(introductionOf(handshake));
        if (!identity) return { refusal: notAuthenticated };
        // A token may expire between the handshake and the connection to a namespace.
        const accept = (socket: NamespaceSocket): NamespaceListener =>
          this.#acceptOld(socket, identities.isValid(identity) ? identity : undefined, context);
        return { namespaces: new Map([[endpoint, accept]]) };
      },
    });
    // Newer clients come by the other door.
    doors.mount(path, this.#door, { world: socketIoWorld });
    const namespace = socketIo.namespace(endpoint);
    const verified = new WeakMap<Socket, Identity>();
    namespace.use((socket, next) => {
      // A client waits until `next` is called. If it disconnects before that, the library forgets it.
      void identities.of(introductionOfNew(socket)).then((identity) => {
        if (identity) verified.set(socket, identity);
        next(identity ? undefined : new Error(notAuthenticated));
      });
    });
    namespace.on('connection', (socket) => {
      this.#acceptNew(socket, verified.get(socket), context);
    });
  }

  close(): void {
    for (const user of this.#people) {
      user.end();
      this.#people.remove(user);
    }
  }

  #acceptOld(socket: NamespaceSocket, identity: Identity | undefined, context: UserContext): NamespaceListener {
    const link: Link = {
      address: socket.handshake.address,
      send: ({ packet }) => {
        socket.send(packet);
      },
      dismiss: () => {
        socket.dismiss();
      },
    };
    const user = this.#userOf(identity, link, context);
    return {
      connected: () => {
        user?.greet();
      },
      event: (name, args) => {
        if (user?.isOn(link)) user.handle(name, args);
      },
      overBudget: () => {
        user?.refuseMore();
      },
      closed: () => {
        this.#part(user, link);
      },
    };
  }

  #acceptNew(socket: Socket, identity: Identity | undefined, context: UserContext): void {
    const link = newLink(socket, context.figures, this.#settings);
    const user = this.#userOf(identity, link, context);
    // Clients choose the names of events. A listener of the socket would confuse them with the socket's own events.
    socket.use((event) => {
      const [name, ...args] = event as unknown[];
      const answer = args.at(-1);
      if (typeof answer === 'function') args.pop();
      const visit = visitOf(socket.conn);
      if (visit?.isOverBudget) user?.refuseMore();
      else if (user?.isOn(link) && typeof name === 'string') {
        const handle = (): void => {
          user.handle(name, args);
        };
        if (visit) visit.account.pay(handle, undefined);
        else handle();
      }
      if (typeof answer === 'function') (answer as (nothing: null) => void)(null);
    });
    socket.once('disconnect', () => {
      this.#part(user, link);
    });
    user?.greet();
  }

  /** The user of a new connection. @returns undefined, and dismisses the connection, if the identity has expired */
  #userOf(identity: Identity | undefined, link: Link, context: UserContext): User | undefined {
    if (!identity) {
      queueMicrotask(() => {
        link.dismiss();
      });
      return undefined;
    }
    const present = this.#people.byAccount(identity.account);
    if (present) {
      present.moveTo(link, identity.bearer);
      return present;
    }
    const user = new User(this.#people.nextId(), identity, link, context);
    this.#people.add(user);
    return user;
  }

  /** Called when a connection has ended. The user leaves, unless they have a newer connection. */
  #part(user: User | undefined, link: Link): void {
    if (!user?.isOn(link)) return;
    user.end();
    this.#people.remove(user);
  }
}

function introductionOf({ headers, query, address }: Handshake): Introduction {
  return { headers, address, field: (name) => query.get(name) ?? undefined };
}

function introductionOfNew({ handshake, request }: Socket): Introduction {
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  return {
    headers: handshake.headers,
    address: callerOf(request).address,
    field: (name) =>
      text(new Map(Object.entries(handshake.auth)).get(name)) ??
      text(new Map(Object.entries(handshake.query)).get(name)),
  };
}
