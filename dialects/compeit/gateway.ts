import type { Socket } from 'socket.io';
import type { Dialect, DialectContext, DialectNeeds, DialectState } from '../dialect.js';
import type { Agent } from './agent.js';
import { agentsOf } from './agents/agents.js';
import { Encoder } from './encoder.js';
import { Identities } from './identity.js';
import type { Identity, Introduction } from './identity.js';
import { endpoint } from './message.js';
import { newLink } from './new-link.js';
import type { CompeitSettings } from './options.js';
import { People } from './people.js';
import { OldSocketIoDoor } from './transport/door.js';
import { mayCome } from './transport/origin.js';
import type { Handshake, NamespaceListener, NamespaceSocket } from './transport/session.js';
import { User, dialectName } from './user.js';
import type { Link, UserContext } from './user.js';

const notAuthenticated = 'not authenticated';

/** What this dialect uses of the server's own settings. */
type ServerShare = Pick<DialectNeeds['transport'], 'socketIoPath' | 'allowedOrigins'>;

/** Pages of the COMPEIT platform: on Socket.IO 0.9, and on newer ones in the same namespace (COMPEIT §1, §2.12). */
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

  /** Sessions of clients on Socket.IO 0.9, those without a connection at present included. */
  get sessions(): number {
    return this.#door?.connections ?? 0;
  }

  get state(): DialectState {
    return { connections: this.#people.size };
  }

  attach({ rooms, names, doors, socketIo, pathPrefix, maxQueuedRequests, log, now }: DialectContext): void {
    const { socketIoPath, allowedOrigins } = this.#server;
    const context: UserContext = {
      rooms,
      names,
      people: this.#people,
      encoder: new Encoder(this.#people),
      agents: this.#agents,
      maxQueuedRequests,
      log,
    };
    const identities = new Identities(this.#settings.tokenSecret, now);
    const path = `${pathPrefix}${socketIoPath}/1`;
    this.#door = new OldSocketIoDoor({
      ...this.#settings,
      path,
      allowedOrigins,
      hasPlace: () => doors.hasPlace,
      admit: async (handshake) => {
        const identity = await identities.of(introductionOf(handshake));
        if (!identity) return { refusal: notAuthenticated };
        // A token may run out between the handshake and a namespace.
        const accept = (socket: NamespaceSocket): NamespaceListener =>
          this.#acceptOld(socket, identities.isValid(identity) ? identity : undefined, context);
        return { namespaces: new Map([[endpoint, accept]]) };
      },
    });
    doors.mount(path, this.#door);
    const namespace = socketIo.namespace(endpoint);
    const verified = new WeakMap<Socket, Identity>();
    namespace.use((socket, next) => {
      // A cookie can say who a client is, so its page must be one that may; the library lets all in where no origin is named.
      if (!mayCome(socket.request, allowedOrigins)) {
        next(new Error('origin not allowed'));
        return;
      }
      // The library lets a client wait until `next`, and forgets one that goes before.
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
      closed: () => {
        this.#part(user, link);
      },
    };
  }

  #acceptNew(socket: Socket, identity: Identity | undefined, context: UserContext): void {
    const link = newLink(socket, this.#settings);
    const user = this.#userOf(identity, link, context);
    // Names of events come from the client, so no listener of the socket itself may hear them.
    socket.use((event) => {
      const [name, ...args] = event as unknown[];
      const answer = args.at(-1);
      if (typeof answer === 'function') args.pop();
      if (user?.isOn(link) && typeof name === 'string') user.handle(name, args);
      if (typeof answer === 'function') (answer as (nothing: null) => void)(null);
    });
    socket.once('disconnect', () => {
      this.#part(user, link);
    });
    user?.greet();
  }

  /** The user that a client is from now on. @returns undefined, and sends the client away, where its identity is not valid any more */
  #userOf(identity: Identity | undefined, link: Link, context: UserContext): User | undefined {
    if (!identity) {
      queueMicrotask(() => {
        link.dismiss();
      });
      return undefined;
    }
    const present = this.#people.byAccount(identity.account);
    if (present) {
      present.moveTo(link);
      return present;
    }
    const user = new User(this.#people.nextId(), identity.name, identity.account, link, context);
    this.#people.add(user);
    return user;
  }

  /** A connection is over. The user leaves, unless a newer connection has taken over. */
  #part(user: User | undefined, link: Link): void {
    if (!user?.isOn(link)) return;
    user.end();
    this.#people.remove(user);
  }
}

function introductionOf({ headers, query }: Handshake): Introduction {
  return { headers, field: (name) => query.get(name) ?? undefined };
}

function introductionOfNew({ handshake }: Socket): Introduction {
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  return {
    headers: handshake.headers,
    field: (name) =>
      text(new Map(Object.entries(handshake.auth)).get(name)) ??
      text(new Map(Object.entries(handshake.query)).get(name)),
  };
}
