import { tokenOfRequest } from '../../access/index.js';
import type { IceServers } from '../../access/index.js';
import type { RelayDialect } from '../../cluster/port.js';
import type { Log } from '../../log.js';
import type { ClientFacts, Participant } from '../../rooms/index.js';
import type { Dialect, DialectContext, DialectState, HandOver } from '../dialect.js';
import type { CustomRequest } from './custom-request.js';
import { eventEncoder } from './event-frame.js';
import type { LinkContext } from './link.js';
import { Link } from './link.js';
import { dialectName } from './newcomer.js';
import { openRpcDocument } from './openrpc.js';
import { connectionRequests, sessionRequests } from './requests.js';
import { RpcServer } from './rpc-server.js';
import { sessionRecord } from './session-record.js';
import { Session } from './session.js';
import type { SessionLimits } from './session.js';
import { Sessions } from './sessions.js';

/** What this dialect needs of the server. */
interface RoomDialectContext extends Pick<
  DialectContext,
  'rooms' | 'access' | 'passwords' | 'names' | 'pathPrefix' | 'cluster' | 'figures'
> {
  readonly doors: Pick<DialectContext['doors'], 'open'>;
}

/** The room protocol: gives each connection a link (docs/protocols/kurento-room.md#1-transport). */
export class RoomGateway implements Dialect {
  readonly name = dialectName;
  readonly #sessions = new Sessions();
  readonly #settings: Omit<
    LinkContext,
    | 'rooms'
    | 'access'
    | 'passwords'
    | 'names'
    | 'cluster'
    | 'returning'
    | 'figures'
    | 'sessionRequests'
    | 'connectionRequests'
  >;
  readonly #onDefect: (during: string, error: unknown) => void;
  readonly #links = new Set<Link>();
  #context: LinkContext | undefined;

  constructor(log: Log, limits: SessionLimits, customRequest: CustomRequest, ice: IceServers) {
    this.#onDefect = (during, error) => {
      log.error('a method failed unexpectedly', { during, error });
    };
    this.#settings = {
      sessions: this.#sessions,
      encode: eventEncoder(),
      limits,
      log,
      customRequest,
      ice,
      document: openRpcDocument,
    };
  }

  /** Sessions that can be resumed, with and without a connection. */
  get sessions(): number {
    return this.#sessions.size;
  }

  get state(): DialectState {
    // Clients of this protocol understand every text that is said in a room.
    return { connections: this.#links.size, undelivered: 0 };
  }

  attach({ rooms, access, passwords, names, doors, pathPrefix, cluster, figures }: RoomDialectContext): void {
    const returning = cluster?.returning;
    const context = {
      ...this.#settings,
      ...{ rooms, access, passwords, names, cluster, returning, figures },
      sessionRequests: new RpcServer(sessionRequests, figures, this.#onDefect),
      connectionRequests: new RpcServer(connectionRequests, figures, this.#onDefect),
    };
    this.#context = context;
    doors.open(
      `${pathPrefix}/room`,
      (connection, request) => {
        const link = new Link({ connection, token: tokenOfRequest(request) }, context, () => {
          this.#links.delete(link);
        });
        this.#links.add(link);
        connection.listen(link);
      },
      { figures },
    );
  }

  readonly handOver: HandOver = {
    suspend: async () => {
      for (const link of [...this.#links]) link.suspend();
      await this.#sessions.idle();
    },
    sendAway: (count) => {
      const open = [...this.#links].filter(({ isOpen }) => isOpen);
      for (const link of open.slice(0, count)) link.suspend();
    },
    recordOf: (_participant, client) => (client instanceof Session ? client.record : undefined),
    comeBack: (participant, kept) => this.#restore(participant, kept)?.returned,
  };

  readonly clientFacts = (client: object | undefined): ClientFacts | undefined =>
    client instanceof Session ? client.facts : undefined;

  readonly relayed: RelayDialect = {
    begin: (client, arrival) => {
      if (!this.#context) throw new Error('attach comes first');
      return Session.begin(client, this.#context, arrival);
    },
  };

  close(): void {
    this.#sessions.close();
  }

  #restore(participant: Participant, kept: unknown): Session | undefined {
    const { data: record } = sessionRecord.safeParse(kept);
    return record && this.#context && Session.restore(record, participant, this.#context);
  }
}
