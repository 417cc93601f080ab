import type { Socket } from 'socket.io';
import type { Dialect, DialectContext, DialectNeeds, DialectState } from '../dialect.js';
import type { Agent } from './agent.js';
import { agentsOf } from './agents/agents.js';
import { Encoder } from './encoder.js';
import { Identities } from './identity.js';
import type { Introduction } from './identity.js';
import { endpoint } from './message.js';
import { newLink } from './new-link.js';
import type { CompeitSettings } from './options.js';
import { People } from './people.js';
import { OldSocketIoDoor } from './transport/door.js';
import { mayCome } from './transport/origin.js';
import type { Handshake, NamespaceListener, NamespaceSocket } from './transport/session.js';
import { User, dialectName } from './user.js';
import type { Link, UserContext } from './user.js';

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
      refuses: (handshake) => (identities.of(introductionOf(handshake)) ? undefined : 'not authenticated'),
      namespaces: new Map([[endpoint, (socket) => this.#acceptOld(socket, identities, context)]]),
    });
    doors.mount(path, this.#door);
    const namespace = socketIo.namespace(endpoint);
    namespace.use((socket, next) => {
      // Cookies tell who somebody is, and the library asks for no origin where all are allowed.
      if (!mayCome(socket.request, allowedOrigins)) next(new Error('origin not allowed'));
      else next(identities.of(introductionOfNew(socket)) ? undefined : new Error('not authenticated'));
    });
    namespace.on('connection', (socket) => {
      this.#acceptNew(socket, identities, context);
    });
  }

  close(): void {
    for (const user of this.#people) {
      user.end();
      this.#people.remove(user);
    }
  }

  #acceptOld(socket: NamespaceSocket, identities: Identities, context: UserContext): NamespaceListener {
    const link: Link = {
      send: ({ packet }) => {
        socket.send(packet);
      },
      dismiss: () => {
        socket.dismiss();
      },
    };
    const user = this.#welcome(introductionOf(socket.handshake), link, identities, context);
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

  #acceptNew(socket: Socket, identities: Identities, context: UserContext): void {
    const link = newLink(socket, this.#settings);
    const user = this.#welcome(introductionOfNew(socket), link, identities, context);
    // Its names are input: nothing reaches the listeners of the socket itself.
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

  /** @returns undefined for a client whose token has run out since its handshake, who is sent away */
  #welcome(introduction: Introduction, link: Link, identities: Identities, context: UserContext): User | undefined {
    const identity = identities.of(introduction);
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

  /** A connection is over; unless she has gone on with another, she leaves. */
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
