import type { IncomingMessage, ServerResponse } from 'node:http';
import express from 'express';
import type { Express, Request, Router } from 'express';
import { WrongTokens, administrator } from '../access/index.js';
import type { Access, IceServers, SignedLinks } from '../access/index.js';
import type { Archive } from '../recording/archive.js';
import type { AuditEntry, Passwords, Rooms } from '../rooms/index.js';
import { Admin } from './admin.js';
import type { Claim } from './admin.js';
import { AllRooms } from './all-rooms.js';
import { Callers, stranger } from './callers.js';
import { clusterHandlers } from './cluster.js';
import { debugHandlers } from './debug.js';
import type { DebugSources } from './debug.js';
import { drainHandlers } from './drain.js';
import type { Drains } from './drain.js';
import type { Move } from './cluster.js';
import { examplesRouter } from './examples.js';
import { healthHandlers } from './health.js';
import type { Health, Readiness } from './health.js';
import { iceHandlers } from './ice.js';
import { openApiDocument } from './openapi.js';
import type { Metrics } from './metrics/metrics.js';
import type { Operation } from './operation.js';
import { operations } from './operations.js';
import type { Asking } from './operations.js';
import { originalHandlers } from './original.js';
import type { PageSettings } from './original.js';
import type { OtherNodes } from './other-nodes.js';
import { lostPage, pageRouter } from './page.js';
import { PassedRequests } from './passed-request.js';
import { Problem } from './problem.js';
import { answerProblems, refuseAsProblem } from './problem-answer.js';
import type { OnDefect } from './problem-answer.js';
import { recordingHandlers } from './recordings.js';
import { reloadHandlers } from './reload.js';
import type { Reload } from './reload.js';
import { RoomList } from './room-list.js';
import type { RoomListMode } from './room-list.js';
import { RoomRequests } from './room-requests.js';
import type { Kept } from './room-requests.js';
import { roomHandlers } from './rooms.js';
import { operationsRouter } from './router.js';
import type { AskingOf, RoomOfRecording } from './router.js';
import type { Component } from './schemas.js';
import { SeenRecordings } from './seen-recordings.js';
import { staticFiles } from './static-files.js';
import { isTwirp, refuseAsTwirp, twirpPath, twirpRouter } from './twirp/router.js';
import { udpProbeHandlers } from './udp-probes.js';
import type { SendProbes } from './udp-probes.js';

export interface AppOptions {
  readonly rooms: Rooms;
  readonly access: Access;
  readonly passwords: Passwords;
  /** Undefined: this server records nothing. */
  readonly archive: Archive | undefined;
  readonly links: SignedLinks;
  /** Told of changes that the rooms know nothing of. */
  readonly audit: (entry: AuditEntry) => void;
  /** Where rooms are kept besides: changes are answered after it. Default: nowhere. */
  readonly kept?: Kept | undefined;
  /** Where this server is one of several nodes. */
  readonly others?: OtherNodes | undefined;
  readonly health: () => Health;
  /** Whether clients should be sent to this server. */
  readonly readiness: () => Readiness;
  readonly drains: Drains;
  readonly reload: Reload | undefined;
  readonly debug: DebugSources;
  readonly sendProbes: SendProbes;
  /** Undefined where there are no other nodes. */
  readonly move?: Move | undefined;
  /** Undefined where the metrics are at ADMIN_PORT alone. */
  readonly metrics: Metrics | undefined;
  readonly pageSettings: PageSettings;
  /** STUN and TURN servers for clients. */
  readonly ice: IceServers;
  /** The folder of the demo's files. */
  readonly demo: string;
  /** The folder of the client library, for pages of others; served below /client. */
  readonly client: string;
  /** The folder of the pages at /examples/. */
  readonly examples: string;
  /** The Content-Security-Policy of the demo's page, and of the examples. */
  readonly pagePolicy: () => string;
  /** Where the client of a request reaches the server, as https://host[:port]. */
  readonly siteOf: (request: IncomingMessage) => string;
  /** What the server takes the client of a request for. */
  readonly seenAs: (request: IncomingMessage) => Component<'SeenAs'>;
  /** Addresses for other machines, for a client on this machine. */
  readonly elsewhereFor: (request: IncomingMessage) => readonly string[];
  readonly pathPrefix: string;
  /** A client that bears it may change things. Empty: nobody may. */
  readonly adminToken: string;
  /** Which clients are told of rooms. */
  readonly roomList: RoomListMode;
  /** Of the client of a request, for counting: one client may have a whole network of addresses. */
  readonly addressOf: (request: IncomingMessage) => string;
  /** Whether the original's GET /close is served. */
  readonly closeByGet: boolean;
  /** The OpenRPC document of the room protocol. */
  readonly openRpc: () => Readonly<Record<string, unknown>>;
  /** Called when an address has sent so many wrong tokens that it must wait from now on. */
  readonly onGuessing: (address: string) => void;
  /** In ms, from any beginning. */
  readonly now: () => number;
  readonly onDefect: OnDefect;
}

/** Answers a request for any of it that may not come in, in the form of the API that it is for. */
export function refuseRequest(response: ServerResponse, status: number, reason: string): void {
  (isTwirp(response.req) ? refuseAsTwirp : refuseAsProblem)(response, status, reason);
}

/** Everything that is served over plain HTTP. */
export interface RestApp {
  /** For everybody. */
  readonly app: Express;
  /** As `PassedRequests.serve`. */
  readonly answer: (request: string) => Promise<string>;
  /** What of it ADMIN_PORT serves without a token. */
  readonly ofOperator: Router;
}

const operatorPaths = /^\/api\/v1\/(drain|debug|reload)(\/|$)/;

const asAdmin = {
  isAdmin: true,
  caller: { administrator: 'admin', bearer: administrator, isAdmin: true },
} satisfies Omit<Asking, 'base' | 'seenAs'>;

export function restApp(options: AppOptions): RestApp {
  const { rooms, pageSettings, closeByGet, pathPrefix } = options;
  let openApi: ReturnType<typeof openApiDocument> | undefined;
  const admin = new Admin(() => options.adminToken, new WrongTokens(options.now, options.onGuessing));
  const callers = new Callers(admin, options.access, administrator);
  const roomList = new RoomList(options.roomList, () => admin.isPossible || options.access.readsTokens);
  const all = new AllRooms(rooms, options.others);
  const ofRooms = roomHandlers(rooms, all, roomList, options.passwords);
  const seen = new SeenRecordings(options.archive);
  const handlers = {
    ...ofRooms,
    ...recordingHandlers({ ...options, seen }),
    ...originalHandlers(rooms, all, roomList, pageSettings, options.health, closeByGet),
    ...clusterHandlers(options.others, options.move),
    ...healthHandlers(options.health, options.readiness),
    ...debugHandlers(rooms, options.debug),
    ...drainHandlers(options.drains, options.audit),
    ...reloadHandlers(options.reload, options.audit),
    ...udpProbeHandlers(options.sendProbes, options.audit, options.now),
    getSeenAs: (_input: object, { seenAs }: Asking) => ({ status: 200, body: seenAs() }) as const,
    ...iceHandlers(options.ice),
    getOpenApi: () => ({ status: 200, body: (openApi ??= openApiDocument(pathPrefix)) }) as const,
    getOpenRpc: () => ({ status: 200, body: options.openRpc() }) as const,
  };
  const claimOf = (request: Request): Claim => ({
    authorization: request.headers.authorization,
    address: passed.addressOf(request) ?? options.addressOf(request),
  });
  const app = emptyApp();
  const ofOthers = emptyApp();
  const passed = new PassedRequests(ofOthers);
  const requests = new RoomRequests({ ...options, others: options.others, kept: options.kept, passed });
  const routes = express.Router();
  routes.use((request, response, next) => {
    const [path = '', ...query] = request.originalUrl.split('?');
    // The addresses in the page are relative to the folder.
    if (path !== '' && path === pathPrefix && request.method !== 'OPTIONS')
      response.redirect(301, [`${path}/`, ...query].join('?'));
    else next();
  });
  const { metrics } = options;
  if (metrics) {
    routes.get('/metrics', (request, response) => {
      if (!admin.isPossible) throw new Problem('forbidden', 'Metrics need ADMIN_TOKEN or ADMIN_PORT to be set');
      admin.need(claimOf(request));
      return metrics(request, response);
    });
  }
  const askingOf: AskingOf = async (request, operation, room) => ({
    ...(await allowed(request, operation, room)),
    base: () => `${options.siteOf(request)}${pathPrefix}`,
    seenAs: () => options.seenAs(request),
  });
  const allowed = async (
    request: Request,
    { access }: Operation,
    room: string,
  ): Promise<Omit<Asking, 'base' | 'seenAs'>> => {
    if (access === 'everybody') return { isAdmin: false, caller: stranger };
    if (access === 'admin') {
      admin.needToChange(claimOf(request));
      return asAdmin;
    }
    // A token beside the signature of a link is not looked at.
    if (access === 'recordings-or-link' && request.query.signature !== undefined) {
      return { isAdmin: false, caller: stranger };
    }
    const caller = await callers.of(claimOf(request));
    const { isAdmin } = caller;
    if (access === 'recordings' || access === 'recordings-or-link') {
      callers.needToken(caller);
      return { isAdmin, caller };
    }
    const grants = caller.bearer.grantsIn(room);
    if (access === 'admin-sees-more')
      return { isAdmin: isAdmin || (room === '' ? grants.roomList : grants.roomAdmin), caller };
    callers.need(caller, access, room);
    return { isAdmin, caller };
  };
  const roomOfRecording: RoomOfRecording = async (id, { caller }) => (await seen.find(id, caller)).room.name;
  const api = operationsRouter(handlers, { askingOf, roomOfRecording, requests });
  routes.use(api);
  routes.use('/client', staticFiles(options.client));
  const page = { ...options, policy: options.pagePolicy };
  routes.use(pageRouter(page));
  routes.use(examplesRouter(page));
  routes.use(staticFiles(options.demo));
  const twirp = twirpRouter({
    ...{ rooms, all, roomList, operations: ofRooms, now: options.now },
    ...{ callers, claimOf, requests, onDefect: options.onDefect },
  });
  app.use(twirpPath, twirp);
  app.use(pathPrefix === '' ? '/' : pathPrefix, routes);
  app.use(lostPage(page, [`${pathPrefix}/api/`, '/twirp/']));
  answerProblems(app, options.onDefect);
  ofOthers.use(twirpPath, twirp);
  ofOthers.use(api);
  answerProblems(ofOthers, options.onDefect);
  const ofOperator = operationsRouter(
    handlers,
    {
      askingOf: (request) => Promise.resolve({ ...asAdmin, base: () => '', seenAs: () => options.seenAs(request) }),
      ...{ roomOfRecording, requests },
    },
    (name) => operatorPaths.test(operations[name].path),
  );
  return { app, answer: async (request) => passed.serve(request), ofOperator };
}

function emptyApp(): Express {
  const app = express();
  app.disable('x-powered-by');
  return app;
}
