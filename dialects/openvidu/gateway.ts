import type { IceServers } from '../../access/index.js';
import type { RelayDialect } from '../../cluster/port.js';
import type { Log } from '../../log.js';
import type { ClientFacts, Room, RoomEvent } from '../../rooms/index.js';
import { textFrame } from '../../transport/frame.js';
import type { Dialect, DialectContext, DialectState, HandOver } from '../dialect.js';
import { roomJoinedBy } from '../session-layer/joined-room.js';
import type { LayerContext, SessionLimits } from '../session-layer/layer.js';
import { Links } from '../session-layer/links.js';
import { requestReader } from '../session-layer/read-request.js';
import { RpcServer } from '../session-layer/rpc-server.js';
import { sessionRecord } from '../session-layer/session-record.js';
import { Sessions } from '../session-layer/sessions.js';
import { startCollector } from './collector.js';
import { refusalOf } from './errors.js';
import { EventFrames, unpublishedText } from './event-frames.js';
import { tellMembers } from './members.js';
import { OvSessions } from './model/ov-sessions.js';
import { dialectName } from './newcomer.js';
import type { OpenviduSettings } from './options.js';
import { connectionRequests, sessionRequests, textParams } from './requests.js';
import { joinRoom } from './requests/join-room.js';
import { OvRecordings } from './recordings/ov-recordings.js';
import { openRest } from './rest/index.js';
import { MemberSession } from './session.js';
import type { MemberContext } from './session.js';
import { startWebhook } from './webhook/index.js';

/** Pages ask for this path whatever else is before it in the address that they were given. */
const path = '/openvidu';
/** `Connection closed by client` and `Reconnection fault` of the library: everything else begins the grace time. */
const farewells = [4102, 4101];
/** How long a page has to close its connection itself after it has left, in ms. */
const closeUnusedAfterMs = 10_000;

/** The door of OpenVidu 2: pages over sockets, and their back ends over HTTP. */
export class OpenviduGateway implements Dialect {
  readonly name = dialectName;
  readonly #settings: OpenviduSettings;
  readonly #limits: SessionLimits;
  readonly #ice: IceServers;
  readonly #log: Log;
  readonly #imagesUrl: () => string;
  readonly #sessions = new Sessions();
  readonly #links = new Links();
  #ov: OvSessions | undefined;
  #context: MemberContext | undefined;
  readonly #undo: (() => void)[] = [];
  #answerAsOwner: Dialect['answerAsOwner'];
  #stopWebhook: () => Promise<void> = () => Promise.resolve();

  /** @param imagesUrl where the server has images of its own for filters. Called for each use: the port is known once it listens */
  constructor(settings: OpenviduSettings, limits: SessionLimits, ice: IceServers, log: Log, imagesUrl: () => string) {
    this.#imagesUrl = imagesUrl;
    this.#settings = settings;
    this.#limits = limits;
    this.#ice = ice;
    this.#log = log;
  }

  get state(): DialectState {
    return { connections: this.#links.size, undelivered: 0 };
  }

  /** The sessions of back ends. */
  get model(): OvSessions {
    if (!this.#ov) throw new Error('attach comes first');
    return this.#ov;
  }

  /** Sessions of sockets that can be resumed, with and without a connection. */
  get sessions(): number {
    return this.#sessions.size;
  }

  attach(given: DialectContext): void {
    // Before the model, which forgets what has ended once it is told.
    this.#undo.push(
      given.rooms.watch({
        roomOpened: () => undefined,
        happened: (room, event) => {
          this.#tellPublisher(room, event);
        },
        restored: ({ everybody }) => {
          for (const { session } of everybody) if (session instanceof MemberSession) session.roomRestored();
        },
      }),
    );
    const ov = (this.#ov = this.#openModel(given));
    this.#undo.push(startCollector(ov, this.#settings));
    this.#stopWebhook = startWebhook(this.#settings, ov, given.openReceiver);
    this.#openSockets(given, ov);
    const recordings = this.#openRecordings(given, ov);
    this.#answerAsOwner = openRest(this.#settings, ov, given, dialectName, recordings);
  }

  /** Requests of back ends, which come to any node. */
  get answerAsOwner(): Dialect['answerAsOwner'] {
    return this.#answerAsOwner;
  }

  readonly handOver: HandOver = {
    suspend: async () => {
      this.#links.suspend();
      await this.#sessions.idle();
    },
    sendAway: (count) => {
      this.#links.sendAway(count);
    },
    recordOf: (_participant, client) => (client instanceof MemberSession ? client.record : undefined),
    comeBack: (participant, kept) => {
      const { data: record } = sessionRecord.safeParse(kept);
      return record && this.#context && MemberSession.goingOn(record, participant, this.#context).returned;
    },
  };

  readonly clientFacts = (client: object | undefined): ClientFacts | undefined =>
    client instanceof MemberSession ? client.facts : undefined;

  readonly relayed: RelayDialect = {
    begin: (client, arrival) => {
      if (!this.#context) throw new Error('attach comes first');
      return new MemberSession(client, this.#context, arrival.token, arrival.session).begin(arrival);
    },
  };

  async close(): Promise<void> {
    this.#sessions.close();
    this.#ov?.stop();
    for (const undo of this.#undo.splice(0)) undo();
    await this.#stopWebhook();
  }

  #openRecordings({ rooms, recordings: shelf, log }: DialectContext, ov: OvSessions): OvRecordings | undefined {
    const { recording } = this.#settings;
    if (!recording || !shelf) {
      if (recording) log.warn('OPENVIDU_RECORDING needs RECORDINGS_DIR: nothing can be recorded');
      return undefined;
    }
    const opened = new OvRecordings({
      ...{ rooms, shelf, log },
      sessions: ov,
      settings: this.#settings,
      dialect: dialectName,
      later,
    });
    this.#undo.push(() => {
      opened.close();
    });
    return opened;
  }

  #openModel({ rooms, names, now }: DialectContext): OvSessions {
    const { maxSessions, maxPendingConnections, chatType } = this.#settings;
    const { streamsForcedVideoCodec: forcedVideoCodec, streamsAllowTranscoding: allowTranscoding } = this.#settings;
    const ov = new OvSessions({
      ...{ rooms, names, now, maxSessions, maxPendingConnections, chatType },
      dialect: dialectName,
      defaults: { forcedVideoCodec, allowTranscoding },
    });
    ov.tellMembers = (to, { method, params }) => {
      tellMembers(to, textFrame(JSON.stringify({ method, params, jsonrpc: '2.0' })));
    };
    return ov;
  }

  #openSockets({ rooms, names, doors, cluster, figures, now }: DialectContext, ov: OvSessions): void {
    const sessions = this.#sessions;
    const settings = this.#settings;
    const onDefect = (during: string, error: unknown): void => {
      this.#log.error('a method failed unexpectedly', { during, error });
    };
    const served = { figures, refusalOf, onDefect };
    const aboutConnections = new RpcServer({ ...served, types: connectionRequests });
    const context: MemberContext = {
      ...{ rooms, ov, settings, now, sessions, ice: this.#ice, limits: this.#limits, log: this.#log },
      returning: cluster?.returning,
      takesImage: ({ host }) => settings.filterImageHosts.includes(host) || host === new URL(this.#imagesUrl()).host,
      read: requestReader(textParams),
      sessionRequests: new RpcServer({ ...served, types: sessionRequests }),
      frames: new EventFrames(ov, settings),
    };
    const layer: LayerContext = {
      ...context,
      ...{ dialect: dialectName, figures, cluster, closeUnusedAfterMs, farewells },
      connectionRequests: aboutConnections,
      newSession: (client, token, id, wasIn) => new MemberSession(client, context, token, id, wasIn),
      roomOf: roomJoinedBy(joinRoom.name, 'session', names),
      executeOnConnection: (request, link, reply) =>
        aboutConnections.execute(request, { link, sessions, afterwards: undefined }, reply),
    };
    this.#context = context;
    doors.open(path, this.#links.accepting(layer), { figures });
  }

  /** The room does not tell a publisher that its own stream has ended. It knows so where it has ended it itself. */
  #tellPublisher(room: Room, event: RoomEvent): void {
    if (event.type !== 'publicationClosed') return;
    const connection = this.#ov?.of(room)?.connectionOf(event.publisher);
    if (!connection || connection.isStranger || connection.unpublishes === 'unpublish') return;
    for (const text of unpublishedText(connection, event.reason)) tellMembers([connection], textFrame(text));
  }
}

function later(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  timer.unref();
  return () => {
    clearTimeout(timer);
  };
}
