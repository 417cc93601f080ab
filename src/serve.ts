import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import type { Dialect, HandOver } from '../dialects/dialect.js';
import { RoomFigures } from '../events/room-figures.js';
import type { EventEmitter } from '../events/server-events.js';
import { Access, AuthHook, HashedPasswords, IceServers, SignedLinks, both, grantsText } from '../access/index.js';
import { openRpcDocument } from '../dialects/kurento-room/openrpc.js';
import { namesBut, ownNames, sharedNames } from '../dialects/room-names.js';
import type { Log, ParentLog } from '../log.js';
import type { MediaEngine } from '../media/port.js';
import type { ServerFigures } from '../media/server-figures.js';
import type { Archive } from '../recording/archive.js';
import { freeBytesOf } from '../recording/kept-recordings.js';
import { refuseRequest, restApp } from '../rest/app.js';
import type { Health, Readiness } from '../rest/health.js';
import { metrics } from '../rest/metrics/metrics.js';
import { openedBy, Rooms } from '../rooms/index.js';
import type {
  AuditEntry,
  Authorize,
  ComeBack,
  RecordOf,
  RecordingStore,
  RoomsOptions,
  RoomsRecord,
} from '../rooms/index.js';
import type { ConnectionObserver } from '../transport/connection.js';
import { AnswerHeaders } from '../transport/answer-headers.js';
import { keepPayer } from '../transport/gate/account.js';
import { callerOf, proxyOf } from '../transport/gate/caller.js';
import { adminSocketLimit, socketLimit } from '../transport/gate/descriptors.js';
import type { Refused } from '../transport/gate/gate.js';
import { DoorFigures } from '../transport/door-figures.js';
import { Doors } from '../transport/doors.js';
import { connectionLimits, gateOf } from '../transport/options.js';
import { areaOf, networkOf } from '../transport/gate/network.js';
import { Tally } from '../tally.js';
import { SocketIoDoor, socketIoWorld } from '../transport/socket-io/door.js';
import type { SocketIoOptions } from '../transport/socket-io/door.js';
import type { PassingOptions } from '../transport/tunnel/tunnel.js';
import { openAdminPort } from './admin-port.js';
import type { Config } from './config.js';
import { dialectsOf } from './dialects.js';
import type { Hooks } from './dialects.js';
import { Draining } from './draining.js';
import { startEvents } from './event-stream.js';
import type { OnMediaServer } from './event-stream.js';
import { adminPlaceOf, closeHttp, isLoopback, listen, literal, placeOf, portOf, surviveErrors } from './listening.js';
import type { Place } from './listening.js';
import { liveCopy, renew } from './live-config.js';
import { elsewhereOf, fetchFrom, keptBy, movedBy, othersOf } from './node-rooms.js';
import type { NodeRooms } from './node-rooms.js';
import type { Renewed } from './live-config.js';
import { createLog } from './log.js';
import type { LeveledLog } from './log.js';
import { openRecordings } from './recordings.js';
import { sendAway } from './send-away.js';
import { serverDebug } from './server-debug.js';
import { ownAddresses, tlsIdentity } from './tls.js';
import type { TlsIdentity } from './tls.js';
import type { Tracing } from './tracing.js';
import { probeUdp } from './udp-probe.js';
import { Undo } from './undo.js';
import { VisitLog } from './visit-log.js';

/** What a program that embeds the server may decide besides the configuration. */
export interface ServeOptions {
  /** Default: lines on standard output, as `logLevel` and `logFormat` say. */
  readonly log?: ParentLog & Partial<Pick<LeveledLog, 'lastLines'>>;
  readonly hooks?: Hooks;
  /** Protocols that are spoken besides the built-in ones. One that has the name of a built-in one is spoken in its place. */
  readonly dialects?: readonly Dialect[];
  /** What /healthz tells about media servers. Default: none. */
  readonly mediaServers?: () => Health['mediaServers'];
  /** What /metrics tells of them besides, in the same order. Default: nothing. */
  readonly mediaFigures?: readonly ServerFigures[];
  /** Calls whenever a media server is out of reach, or is back, for `Service.events`. @returns a function that ends it. Default: never */
  readonly watchMediaServers?: (changed: OnMediaServer) => () => void;
  /** Asked before every join, publication and subscription, besides what `roomCreators` says. Default: everything is allowed. */
  readonly authorize?: Authorize;
  /** The certificate to serve with. Default: as the configuration says. */
  readonly tls?: TlsIdentity | undefined;
  /** Rooms of another process, to go on with. Default: none. */
  readonly former?: RoomsRecord | undefined;
  /** The recordings that are kept. Default: those in RECORDINGS_DIR. */
  readonly archive?: Archive | undefined;
  /** Keeps the rooms for other nodes. Default: this server is alone. */
  readonly node?: NodeRooms | undefined;
  /** Stops the whole program, for the protocol that has a request for it. Default: `stop` of the service. */
  readonly terminate?: () => void;
  /** Ends the whole program when it was drained. Default: `stop` of the service. */
  readonly drained?: () => void;
  /** The time in ms since 1970. Default: `Date.now`. */
  readonly now?: () => number;
  /** Keeps what is recorded. Default: RECORDINGS_DIR. */
  readonly recordings?: RecordingStore | undefined;
  /** Sees the WebSocket connections and what is sent over them. */
  readonly observer?: ConnectionObserver;
  /** How clients are passed on that another node serves. Default: as `node` does it. */
  readonly passing?: PassingOptions | undefined;
  /** How often clients on socket.io are asked whether they are there. Default: the library's own times. */
  readonly socketIoHeartbeat?: SocketIoOptions['heartbeat'];
}

/** A server that listens: rooms, protocols, REST and the pages, on a media engine that was given. */
export interface Service {
  /** Where the demo is, as http://localhost:8080/. */
  readonly url: string;
  /** Where ADMIN_PORT is, as http://127.0.0.1:9090/; undefined without. */
  readonly adminUrl: string | undefined;
  /** Where others in the network find it. Empty without TLS, since browsers give no camera to plain HTTP pages. */
  readonly elsewhere: readonly string[];
  /** Of a certificate made by this server, SHA-256. */
  readonly fingerprint: string | undefined;
  readonly rooms: Rooms;
  /** What happens: `events.on('participantJoined', …)` (docs/webhooks.md#in-a-program). */
  readonly events: EventEmitter;
  /** The protocols that are spoken, the room protocol first. */
  readonly dialects: readonly Dialect[];
  /** The paths of the HTTP server. A program may open more of them. */
  readonly doors: Doors;
  readonly socketIo: SocketIoDoor;
  /** The time in which people may finish before the server ends. */
  readonly draining: Draining;
  /**
   * Takes those values of another configuration that a running server can take, and the files of its certificate anew. Clients that are
   * connected notice nothing. @throws ConfigError when the certificate cannot be used; nothing has changed then
   */
  reload(config: Config): Promise<Renewed>;
  /**
   * While everything goes on: participants of protocols whose clients cannot come back leave, other processes are given the rooms, and then
   * connections end, a few at a time, whose clients go on over those processes. Nobody is let in from then on. Call `handOver` after it.
   * @param give gives the rooms away, and ends the connections of those that have left
   * @param ms how long all of it should take
   */
  drain(give: () => Promise<void>, ms: number): Promise<void>;
  /**
   * Ends all connections and keeps the rooms for another process, which goes on with them (`ServeOptions.former`). Participants of
   * protocols whose clients cannot come back leave. What is allocated on media servers stays. Call `stop` after it.
   * @param save keeps the rooms, which hold secrets, before anything changes in them. If it throws, `handOver` rejects, and `stop` closes
   *   the rooms as ever
   */
  handOver(save: (rooms: RoomsRecord) => void | Promise<void>): Promise<void>;
  /** Closes every room, tells everybody, and gives everything back. Does nothing the second time. */
  stop(): Promise<void>;
}

/** How long requests may go on that clients have sent before the rooms are handed over, in ms. */
const handOverMs = 5_000;

/** How long it may take to give the rooms to other processes, in ms. What is left is taken over by them then. */
const giveMs = 10_000;

/** How long an upload may take, in ms, which is Node's default. Node refuses one that is shorter than the time for the head. */
const requestMs = 300_000;

/**
 * Serves rooms on a media engine, which remains the caller's. Builds everything in reading order; `stop` undoes it in reverse
 * order, and so does a later step that fails.
 * @throws ConfigError for what it names and cannot be used: a certificate, a folder, an address or a port
 */
export async function serve(given: Config, media: MediaEngine, options: ServeOptions = {}): Promise<Service> {
  // Its readers look a value up when they need it, so that `reload` can change it.
  const config = liveCopy(given);
  const {
    log = createLog(config.logLevel, config.logFormat, { names: config.logNames }),
    now = Date.now,
    node,
  } = options;
  const undo = new Undo();
  const stop = (): Promise<void> => undo.run();
  try {
    const tls = options.tls ?? (await tlsIdentity(config));
    const roomList = config.roomList || (config.auth === 'required' ? 'admin' : 'public');
    const access = new Access(config, log, now);
    const hook = new AuthHook(config, log, now);
    undo.add(() => {
      access.close();
      hook.close();
    });
    const authorize = both(options.authorize, hook.authorize);
    const passwords = new HashedPasswords(now, networkOf);
    const audit = (entry: AuditEntry): void => {
      log.info('audit', { ...entry });
    };
    const recordings = await openRecordings(config, log, audit);
    undo.add(() => recordings?.close());
    const tracing = await startedTracing(config, log, options.mediaFigures);
    undo.add(() => tracing?.close());
    const rooms = new Rooms(node?.engine ?? media, {
      now,
      journal: node?.journal,
      fetch: node && fetchFrom(node, (dialect) => !dialects.some(({ name, relayed }) => name === dialect && relayed)),
      ...roomsOf(config),
      recordings: options.recordings ?? (config.recordings ? recordings : undefined),
      authorize: openedBy(config.roomCreators, authorize),
      stranger: access.stranger,
      passwords,
      audit,
      keepPayer,
      traced: tracing?.traced,
    });
    if (tracing) rooms.watch(tracing);
    const { watchMediaServers } = options;
    const happened = new RoomFigures(now);
    rooms.watch(happened);
    const visits = new VisitLog({ log, now, requestLog: config.requestLog, hashesNames: config.logNames === 'hash' });
    rooms.watch(visits);
    const stream = await startEvents(config, { rooms, log, now, node, recordings, watchMediaServers });
    undo.add(() => stream.close());
    const dialects: Dialect[] = [];
    const headers = new AnswerHeaders({
      frameAncestors: config.frameAncestors,
      hstsSeconds: config.hstsMaxAgeS,
      // A browser that was told HSTS lets nobody past a certificate that it does not know, such as the next one made here.
      isSecure: (request) =>
        callerOf(request).secure && !(tls?.fingerprint !== undefined && request.socket instanceof TLSSocket),
    });
    const health = (): Health => ({
      dialects: dialects.map(({ name, state }) => ({ name, ...state })),
      mediaServers: options.mediaServers?.() ?? [],
      ...(node && { node: node.health }),
    });
    const draining = new Draining(rooms, {
      // Where others go on with the rooms, nothing is won by waiting.
      defaultMs: () => (config.stateFile !== '' || node ? 0 : config.drainS * 1_000),
      over: (comeBack) => {
        if (comeBack) doors.willBeBack();
        (options.drained ?? (() => void stop()))();
      },
      now,
      log,
    });
    undo.add(() => {
      draining.close();
    });
    const readiness = (): Readiness => (draining.isUnderWay ? 'draining' : (node?.readiness ?? 'ok'));
    let elsewhere: readonly string[] = [];
    const onDefect = (path: string, error: unknown): void => {
      log.error('an HTTP request failed', { path, error });
    };
    const ice = new IceServers(() => config, now);
    const doorFigures: DoorFigures[] = [];
    const turnedAway = new Tally<readonly [door: string, reason: string]>();
    const counts = metrics({
      ...{ rooms, health, happened, doors: doorFigures, refused: turnedAway, tokensRefused: access.refused },
      hookTimes: new Map(config.authHookUrl === '' ? [] : Object.entries(hook.times)),
      media: () => options.mediaFigures ?? [],
      webhooks: stream.webhooks,
      // A folder that is gone must not take the other figures with it.
      freeBytes: async () => (recordings ? freeBytesOf(config.recordingsDir).catch(() => undefined) : undefined),
      node: node && (() => node.others.figures),
    });
    const { app, answer, ofOperator } = restApp({
      rooms,
      access,
      passwords,
      archive: options.archive ?? recordings?.archive,
      links: new SignedLinks(config, now),
      audit,
      kept: node && keptBy(node),
      others: node && othersOf(node),
      health,
      readiness,
      debug: {
        server: () => serverDebug(config, health(), log.lastLines ?? []),
        clientFacts: (dialect, client) => dialects.find(({ name }) => name === dialect)?.clientFacts?.(client),
        node: () => node?.health,
        positionOf: (room) => node?.positionOf(room),
        areaOf,
        now,
      },
      drains: {
        begin: ({ seconds, ...wish }) =>
          draining.begin({ ...wish, ms: seconds === undefined ? undefined : seconds * 1_000 }),
        takeBack: () => draining.takeBack(),
      },
      sendProbes: probeUdp,
      move: node && movedBy(node),
      metrics: config.adminPort === 0 ? counts : undefined,
      openRpc: openRpcDocument,
      pageSettings: { ...config, filterRequestParam: config.kurentoRoom.filterType },
      ice,
      demo: builtFolder('demo'),
      client: builtFolder('client'),
      examples: builtFolder('examples'),
      pagePolicy: () => headers.pagePolicy,
      siteOf: (request) => {
        const { secure: isSecure, host } = callerOf(request);
        return `${isSecure ? 'https' : 'http'}://${host}`;
      },
      seenAs: (request) => {
        const { address, secure } = callerOf(request);
        return { address, secure, proxy: proxyOf(request) };
      },
      elsewhereFor: (request) => (cameByLoopback(request) ? elsewhere : []),
      pathPrefix: config.pathPrefix,
      get adminToken() {
        return config.adminToken;
      },
      roomList,
      addressOf: (request) => networkOf(callerOf(request).address),
      closeByGet: config.closeEndpoint === 'token',
      onGuessing: (address) => {
        log.warn('an address that sends wrong admin tokens has to wait', { address });
      },
      now: () => performance.now(),
      onDefect,
    });
    // How long a client may take for the head of a request and for all of it, and how often that is looked at.
    const patience = {
      headersTimeout: config.firstRequestMs,
      requestTimeout: Math.max(requestMs, config.firstRequestMs),
      connectionsCheckingInterval: Math.min(10_000, config.firstRequestMs),
    };
    const secure = tls && createSecureServer({ ...patience, cert: tls.cert, key: tls.key });
    const http = secure ?? createServer(patience);
    surviveErrors(http, log);
    http.on('request', visits.watchRequest);
    const onRefused = (refused: Refused): void => {
      log.warn('a client was refused', refused);
      turnedAway.add(doors.protocolAt(refused.path) ?? 'http', refused.cause);
    };
    const gate = gateOf(config, onRefused);
    const adminGate = gateOf(config, onRefused);
    const limits = { ...connectionLimits(config), maxConnections: config.maxConnections, headers };
    const openAdmin = async (place: Place): Promise<string> => {
      const admin = await openAdminPort(place, {
        app: { health, readiness, metrics: counts, operations: ofOperator, onDefect },
        doors: { ...limits, gate: adminGate, maxSockets: adminSocketLimit() },
        patience,
        log,
      });
      undo.add(() => admin.close());
      return admin.url;
    };
    const doors = new Doors(http, {
      ...limits,
      gate,
      maxSockets: socketLimit(),
      passing: options.passing ?? node?.passing,
      otherwise: app,
      refuse: refuseRequest,
      ...(options.observer && { observer: options.observer }),
    });
    undo.add(() => closeHttp(http));
    undo.add(() => doors.close());
    const socketIo = new SocketIoDoor({
      path: `${config.pathPrefix}${config.socketIoPath}`,
      maxPacketBytes: config.maxPacketBytes,
      firstRequestMs: config.firstRequestMs,
      gate,
      hasPlace: () => doors.hasPlace,
      ...(options.socketIoHeartbeat && { heartbeat: options.socketIoHeartbeat }),
    });
    doors.mount(`${config.pathPrefix}${config.socketIoPath}`, socketIo, { world: socketIoWorld });
    const scheme = tls ? 'https' : 'http';
    const needs = {
      ice,
      log,
      imagesUrl: () => `${config.appUrl || `${scheme}://localhost:${portOf(http)}${config.pathPrefix}`}/img/`,
      terminate: options.terminate ?? (() => void stop()),
    };
    const builtIn = dialectsOf(config, needs, options.hooks);
    const spoken = withOthers(builtIn, options.dialects ?? []);
    const [ours, ...others] = spoken.map(({ name }) => name);
    for (const dialect of spoken) {
      const { name } = dialect;
      const figures = new DoorFigures(name, visits);
      doorFigures.push(figures);
      const apart = name === ours ? namesBut(others) : ownNames(name);
      dialect.attach({
        rooms,
        access: config.bridge ? access : access.withNames((key) => apart.nameOf(key) ?? key),
        passwords,
        roomList,
        names: config.bridge ? sharedNames : apart,
        doors,
        socketIo,
        figures,
        pathPrefix: config.pathPrefix,
        maxQueuedRequests: config.maxQueuedRequests,
        log: log.child({ dialect: name }),
        now,
        cluster: node?.face,
        elsewhere: node && elsewhereOf(node),
      });
      dialects.push(dialect);
      undo.add(() => dialect.close());
    }
    const handOvers = new Map(dialects.flatMap(({ name, handOver }) => (handOver ? [[name, handOver]] : [])));
    /** Participants leave whose clients cannot go on with another process. */
    const leaveForGood = (): void => {
      for (const room of rooms) {
        for (const participant of [...room.everybody]) {
          if (!handOvers.has(participant.attributes.dialect)) participant.leave('stopped');
        }
      }
    };
    const recordOf: RecordOf = (participant, session) =>
      handOvers.get(participant.attributes.dialect)?.recordOf(participant, session);
    const comeBack = backTo(handOvers);
    if (options.former) rooms.restore(options.former, comeBack);
    const relayed = dialects.find((dialect) => dialect.relayed)?.relayed;
    const canMove = (name: string): boolean =>
      [...(rooms.find(name)?.everybody ?? [])].every(({ attributes }) => handOvers.has(attributes.dialect));
    const keptOf = (room: string, fields: ReadonlyMap<string, string>): void => {
      stream.webhooks.restored(room, fields);
    };
    await node?.begin({ rooms, recordOf, comeBack, relayed, canMove, doors, keptOf, answer });
    const adminPlace = adminPlaceOf(config);
    const adminUrl = adminPlace && (await openAdmin(adminPlace));
    const port = await listen(http, placeOf(config));
    if (config.allowedOrigins.includes('*')) {
      log.warn('pages of all sites may use this server, from the browsers of its users (ALLOWED_ORIGINS=*)');
    }
    if (roomList === 'public' && !isLoopback(config.host)) {
      log.info('everybody who reaches the server may list its rooms; ROOM_LIST=admin or off changes that');
    }
    tellAccess(config, log);
    void access.open();
    undo.add(async () => {
      await rooms.endRecordings();
      rooms.close('the server stops');
      await node?.closed();
    });
    const addressOf = (host: string): string => {
      return `${scheme}://${literal(host)}:${port}${config.pathPrefix}/`;
    };
    elsewhere = tls && config.host === '' ? ownAddresses().map(addressOf) : [];
    return {
      url: addressOf(config.host || 'localhost'),
      adminUrl,
      elsewhere,
      fingerprint: tls?.fingerprint,
      rooms,
      events: stream.events,
      dialects,
      doors,
      socketIo,
      draining,
      reload: async (next) => {
        // First what can fail, so that a wrong configuration changes nothing.
        const identity = secure && next.tlsCert !== '' ? await tlsIdentity(next) : undefined;
        const named = secure ? next : { ...next, tlsCert: config.tlsCert, tlsKey: config.tlsKey };
        if (identity) secure?.setSecureContext({ cert: identity.cert, key: identity.key });
        const renewed = renew(config, named);
        for (const each of [gate, adminGate]) each.renew(config);
        headers.renew(config.frameAncestors);
        await stream.webhooks.renew();
        if (named === next || (next.tlsCert === config.tlsCert && next.tlsKey === config.tlsKey)) return renewed;
        return { ...renewed, kept: [...renewed.kept, 'TLS_CERT', 'TLS_KEY'] };
      },
      drain: async (give, ms) => {
        const end = performance.now() + ms;
        leaveForGood();
        await rooms.endRecordings();
        await Promise.race([give(), pause(giveMs, undefined, { ref: false })]);
        doors.stop();
        await sendAway(dialects, end - performance.now());
      },
      handOver: async (save) => {
        doors.stop();
        const served = Promise.all([...handOvers.values()].map((each) => each.suspend()));
        await Promise.race([served, pause(handOverMs, undefined, { ref: false })]);
        leaveForGood();
        await rooms.endRecordings();
        await save(rooms.record(recordOf));
        rooms.letGo();
        if (node) stream.webhooks.letGo();
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Each participant to the client that its dialect has kept. */
function backTo(handOvers: ReadonlyMap<string, HandOver>): ComeBack {
  return (participant, session) => handOvers.get(participant.attributes.dialect)?.comeBack(participant, session);
}

/** Whether a client is on this machine, and came by an address that no other machine has. */
function cameByLoopback(request: IncomingMessage): boolean {
  const { address, host } = callerOf(request);
  const url = `http://${host}`;
  return isLoopback(address) && URL.canParse(url) && isLoopback(new URL(url).hostname.replace(/^\[(.*)\]$/, '$1'));
}

/** For the operator: what clients without a token may do. */
function tellAccess({ auth, host, guestGrants }: Config, log: Log): void {
  if (auth === 'off' && !isLoopback(host)) {
    log.warn(
      'everybody who reaches the server may come into every room (AUTH=off); AUTH=optional or required changes that',
    );
  }
  if (auth === 'optional') log.info('clients without a token are guests', { grants: grantsText(guestGrants) });
  if (auth === 'required') log.info('clients without a token are refused');
}

/** The packages of traces are loaded where something is traced. */
async function startedTracing(
  { otelExporterOtlpEndpoint: endpoint, serverName }: Config,
  log: Log,
  servers: readonly ServerFigures[] = [],
): Promise<Tracing | undefined> {
  if (endpoint === '') return undefined;
  const { startTracing } = await import('./tracing.js');
  const tracing = await startTracing(endpoint, serverName || 'atrium', log);
  for (const [index, figures] of servers.entries()) {
    figures.onCall = (call, outcome, ms) => tracing?.mediaCall(index, call, outcome, ms);
  }
  return tracing;
}

/** What the configuration says of rooms. */
function roomsOf(config: Config): RoomsOptions {
  return {
    autoCreate: config.autoCreate,
    firstIsModerator: config.firstIsModerator,
    defaults: {
      maxParticipants: config.roomMaxParticipants,
      emptyTimeoutS: config.roomEmptyTimeoutS,
      waitingRoom: config.roomWaitingRoom,
      mutedOnEntry: config.roomMutedOnEntry,
      chatHistory: config.chatHistory,
      autoRecord: config.roomAutoRecord ? {} : null,
    },
    recordingNotice: config.recordingNotice,
    departureTimeoutS: config.roomDepartureTimeoutS,
    maxTextBytes: config.maxTextBytes,
    maxMetadataBytes: config.maxMetadataBytes,
    evictionMs: config.evictionMs,
    region: config.nodeRegion || undefined,
  };
}

/** The built-in dialects in their order, each replaced by the one of its name that was given; then the other ones given. */
function withOthers(builtIn: readonly Dialect[], given: readonly Dialect[]): Dialect[] {
  const byName = new Map([...builtIn, ...given].map((dialect) => [dialect.name, dialect]));
  return [...byName.values()];
}

/** Beside the compiled server; the same folder when the server runs from source. */
function builtFolder(name: 'demo' | 'client' | 'examples'): string {
  const isCompiled = import.meta.url.endsWith('.js');
  return fileURLToPath(new URL(isCompiled ? `../${name}` : `../dist/${name}`, import.meta.url));
}
