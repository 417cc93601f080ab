import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import type { Dialect } from '../dialects/dialect.js';
import { RoomFigures } from '../events/room-figures.js';
import { Access, AuthHook, HashedPasswords, IceServers, SignedLinks, both } from '../access/index.js';
import { openRpcDocument } from '../dialects/kurento-room/openrpc.js';
import { namesBut, ownNames, sharedNames } from '../dialects/room-names.js';
import type { MediaEngine } from '../media/port.js';
import { freeBytesOf } from '../recording/kept-recordings.js';
import { refuseRequest, restApp } from '../rest/app.js';
import type { Health, Readiness } from '../rest/health.js';
import { metrics } from '../rest/metrics/metrics.js';
import { openedBy, Rooms } from '../rooms/index.js';
import type { AuditEntry, ClientFacts, Participant } from '../rooms/index.js';
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
import { openAdminPort } from './admin-port.js';
import type { Config } from './config.js';
import { dialectsOf, withOthers } from './dialects.js';
import { configuredRooms } from './configured-rooms.js';
import { Draining } from './draining.js';
import { Leaving } from './leaving.js';
import { tellWhoMay } from './tell-who-may.js';
import { wantedTracing } from './wanted-tracing.js';
import type { ServeOptions, Service } from './service.js';
import { watchEventLoop } from './event-loop-delays.js';
import { startEvents } from './event-stream.js';
import { adminPlaceOf, closeHttp, isLoopback, listen, literal, placeOf, portOf, surviveErrors } from './listening.js';
import type { Place } from './listening.js';
import { liveCopy, renew } from './live-config.js';
import { answerOf, elsewhereOf, fetchFrom, keptBy, movedBy, othersOf, ownersOf, relayedBy } from './node-rooms.js';
import { createLog } from './log.js';
import { loggedPath } from './logged-path.js';
import { readinessOf } from './readiness.js';
import { openRecordings } from './recordings.js';
import { shelfOf } from './recording-shelf.js';
import { serverDebug } from './server-debug.js';
import { ownAddresses, tlsIdentity } from './tls.js';
import { probeUdp } from './udp-probe.js';
import { Undo } from './undo.js';
import { VisitLog } from './visit-log.js';

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
    const tracing = await wantedTracing(config, log, options.mediaFigures);
    undo.add(() => tracing?.close());
    const access = new Access(config, log, now, { traced: tracing?.verification });
    const hook = new AuthHook(config, log, now);
    undo.add(() => {
      access.close();
      hook.close();
    });
    const asked = both(options.authorize, hook.authorize);
    const authorize = tracing ? tracing.traceHook(asked) : asked;
    const passwords = new HashedPasswords(now, networkOf);
    const audit = (entry: AuditEntry): void => {
      log.info('audit', { ...entry });
    };
    const recordings = await openRecordings(config, log, audit);
    undo.add(() => recordings?.close());
    const rooms = new Rooms(node?.engine ?? media, {
      now,
      journal: node?.journal,
      fetch: node && fetchFrom(node, (dialect) => !dialects.some(({ name, relayed }) => name === dialect && relayed)),
      ...configuredRooms(config),
      recordings: options.recordings ?? (config.recordings ? recordings : undefined),
      authorize: openedBy(config.roomCreators, authorize),
      stranger: access.stranger,
      passwords,
      audit,
      keepPayer,
      traced: tracing?.traced,
      tracedJoin: tracing?.tracedJoin,
    });
    if (tracing) rooms.watch(tracing);
    const { watchMediaServers } = options;
    const happened = new RoomFigures(now);
    rooms.watch(happened);
    const dialects: Dialect[] = [];
    const clientFacts = ({ attributes, session }: Participant): ClientFacts | undefined =>
      dialects.find(({ name }) => name === attributes.dialect)?.clientFacts?.(session);
    const visits = new VisitLog({
      ...{ log, now, requestLog: config.requestLog, hashesNames: config.logNames === 'hash' },
      sessionOf: (participant) => clientFacts(participant)?.session,
    });
    rooms.watch(visits);
    const stream = await startEvents(config, {
      ...{ rooms, log, now, node, recordings, watchMediaServers },
      traced: tracing?.tracedWebhook,
    });
    undo.add(() => stream.close());
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
    let isStarted = false;
    const { delays, stop: stopWatching } = watchEventLoop();
    undo.add(stopWatching);
    const readiness = (): Readiness =>
      readinessOf({ isStarted, draining, delays, mediaServers: options.mediaServers?.(), node });
    let elsewhere: readonly string[] = [];
    const shown = (path: string): string => loggedPath(path, config.logNames === 'hash');
    const onDefect = (path: string, error: unknown): void => {
      log.error('an HTTP request failed', { path: shown(path), error });
    };
    const ice = new IceServers(() => config, now);
    const doorFigures: DoorFigures[] = [];
    const turnedAway = new Tally<readonly [door: string, reason: string]>();
    const counts = metrics({
      ...{ rooms, health, happened, doors: doorFigures, refused: turnedAway, tokensRefused: access.refused },
      hookTimes: new Map(config.authHookUrl === '' ? [] : Object.entries(hook.times)),
      media: () => options.mediaFigures ?? [],
      webhooks: stream.figures,
      // A folder that is gone must not take the other figures with it.
      freeBytes: async () => (recordings ? freeBytesOf(config.recordingsDir).catch(() => undefined) : undefined),
      node: node && (() => node.others.figures),
    });
    const archive = options.archive ?? recordings?.archive;
    const { app, answer, ofOperator } = restApp({
      rooms,
      access,
      passwords,
      archive,
      links: new SignedLinks(config, now),
      audit,
      kept: node && keptBy(node),
      others: node && othersOf(node),
      health,
      readiness,
      debug: {
        server: () => serverDebug(config, health(), log.lastLines ?? []),
        clientFacts,
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
      reload: options.reread,
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
      log.warn('a client was refused', { ...refused, path: shown(refused.path) });
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
        owners: node && ownersOf(node, name),
        openReceiver: (receiver) => stream.receivers.open(receiver),
        recordings: archive && shelfOf(archive),
        hasMedia: () => options.mediaServers?.().some(({ up }) => up) ?? true,
      });
      dialects.push(dialect);
      undo.add(() => dialect.close());
    }
    const leaving = new Leaving({ rooms, dialects, doors, node, webhooks: stream.webhooks });
    const { recordOf, comeBack, canMove } = leaving;
    if (options.former) rooms.restore(options.former, comeBack);
    const relayed = relayedBy(dialects);
    const keptOf = (room: string, fields: ReadonlyMap<string, string>): void => {
      stream.webhooks.restored(room, fields);
    };
    await node?.begin({
      rooms,
      recordOf,
      comeBack,
      relayed,
      canMove,
      doors,
      keptOf,
      answer: answerOf(dialects, answer),
    });
    const adminPlace = adminPlaceOf(config);
    const adminUrl = adminPlace && (await openAdmin(adminPlace));
    const port = await listen(http, placeOf(config));
    tellWhoMay(config, roomList, log);
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
    isStarted = true;
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
      drain: (give, ms) => leaving.drain(give, ms),
      handOver: (save) => leaving.handOver(save),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Whether a client is on this machine, and came by an address that no other machine has. */
function cameByLoopback(request: IncomingMessage): boolean {
  const { address, host } = callerOf(request);
  const url = `http://${host}`;
  return isLoopback(address) && URL.canParse(url) && isLoopback(new URL(url).hostname.replace(/^\[(.*)\]$/, '$1'));
}

/** Beside the compiled server; the same folder when the server runs from source. */
function builtFolder(name: 'demo' | 'client' | 'examples'): string {
  const isCompiled = import.meta.url.endsWith('.js');
  return fileURLToPath(new URL(isCompiled ? `../${name}` : `../dist/${name}`, import.meta.url));
}
