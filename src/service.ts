import type { Dialect } from '../dialects/dialect.js';
import type { EventEmitter } from '../events/server-events.js';
import type { ParentLog } from '../log.js';
import type { ServerFigures } from '../media/server-figures.js';
import type { Archive } from '../recording/archive.js';
import type { Health } from '../rest/health.js';
import type { Reload } from '../rest/reload.js';
import type { Authorize, RecordingStore, Rooms, RoomsRecord } from '../rooms/index.js';
import type { ConnectionObserver } from '../transport/connection.js';
import type { Doors } from '../transport/doors.js';
import type { SocketIoDoor, SocketIoOptions } from '../transport/socket-io/door.js';
import type { PassingOptions } from '../transport/tunnel/tunnel.js';
import type { Config } from './config.js';
import type { Hooks } from './dialects.js';
import type { Draining } from './draining.js';
import type { OnMediaServer } from './event-stream.js';
import type { Renewed } from './live-config.js';
import type { LeveledLog } from './log.js';
import type { NodeRooms } from './node-rooms.js';
import type { TlsIdentity } from './tls.js';

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
  /** Reads the configuration of the whole program anew, for REST. Default: nobody does. */
  readonly reread?: Reload;
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
