import type { IceServers } from '../../access/index.js';
import type { RelayDialect } from '../../cluster/port.js';
import type { Log } from '../../log.js';
import type { ClientFacts } from '../../rooms/index.js';
import type { Dialect, DialectContext, DialectState, HandOver } from '../dialect.js';
import { roomJoinedBy } from '../session-layer/joined-room.js';
import type { LayerContext } from '../session-layer/layer.js';
import { Links } from '../session-layer/links.js';
import { requestReader } from '../session-layer/read-request.js';
import { RpcServer } from '../session-layer/rpc-server.js';
import { Sessions } from '../session-layer/sessions.js';
import type { CustomRequest } from './custom-request.js';
import { refusalOf } from './errors.js';
import { eventEncoder } from './event-frame.js';
import { dialectName } from './newcomer.js';
import { openRpcDocument } from './openrpc.js';
import { connectionRequests, sessionRequests, textParams } from './requests.js';
import { joinRoom } from './requests/join-room.js';
import { sessionRecord } from './session-record.js';
import { RoomSession } from './session.js';
import type { RoomSessionContext, SessionLimits } from './session.js';

/** What this dialect needs of the server. */
interface RoomDialectContext extends Pick<
  DialectContext,
  'rooms' | 'access' | 'passwords' | 'names' | 'pathPrefix' | 'cluster' | 'figures'
> {
  readonly doors: Pick<DialectContext['doors'], 'open'>;
}

/**
 * How long after its last use the server closes a connection that is in no room any more, unless the client uses it again
 * (docs/protocols/kurento-room.md#38-leaveroom, #8-rooms-eviction-closing).
 */
const closeUnusedAfterMs = 1_000;

/** The room protocol: gives each connection a link (docs/protocols/kurento-room.md#1-transport). */
export class RoomGateway implements Dialect {
  readonly name = dialectName;
  readonly #sessions = new Sessions();
  readonly #links = new Links();
  readonly #settings: Pick<RoomSessionContext, 'encode' | 'limits' | 'log' | 'customRequest' | 'ice'>;
  #context: RoomSessionContext | undefined;

  constructor(log: Log, limits: SessionLimits, customRequest: CustomRequest, ice: IceServers) {
    this.#settings = { encode: eventEncoder(), limits, log, customRequest, ice };
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
    const { log } = this.#settings;
    const sessions = this.#sessions;
    const onDefect = (during: string, error: unknown): void => {
      log.error('a method failed unexpectedly', { during, error });
    };
    const served = { figures, refusalOf, onDefect };
    const aboutConnections = new RpcServer({ ...served, types: connectionRequests });
    const context: RoomSessionContext = {
      ...this.#settings,
      ...{ rooms, access, passwords, names, sessions, returning: cluster?.returning },
      read: requestReader(textParams),
      sessionRequests: new RpcServer({ ...served, types: sessionRequests }),
    };
    const layer: LayerContext = {
      ...context,
      ...{ dialect: dialectName, figures, cluster, closeUnusedAfterMs, farewells: [] },
      connectionRequests: aboutConnections,
      newSession: (client, token, id) => new RoomSession(client, context, token, id),
      roomOf: roomJoinedBy(joinRoom.name, 'room', names),
      executeOnConnection: (request, link, reply) =>
        aboutConnections.execute(request, { link, sessions, document: openRpcDocument, afterwards: undefined }, reply),
    };
    this.#context = context;
    doors.open(`${pathPrefix}/room`, this.#links.accepting(layer), { figures });
  }

  readonly handOver: HandOver = {
    suspend: async () => {
      this.#links.suspend();
      await this.#sessions.idle();
    },
    sendAway: (count) => {
      this.#links.sendAway(count);
    },
    recordOf: (_participant, client) => (client instanceof RoomSession ? client.record : undefined),
    comeBack: (participant, kept) => {
      const { data: record } = sessionRecord.safeParse(kept);
      return record && this.#context && RoomSession.goingOn(record, participant, this.#context).returned;
    },
  };

  readonly clientFacts = (client: object | undefined): ClientFacts | undefined =>
    client instanceof RoomSession ? client.facts : undefined;

  readonly relayed: RelayDialect = {
    begin: (client, arrival) => {
      if (!this.#context) throw new Error('attach comes first');
      return new RoomSession(client, this.#context, arrival.token, arrival.session).begin(arrival);
    },
  };

  close(): void {
    this.#sessions.close();
  }
}
