import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { ParentLog } from '../log.js';
import type { Dialect } from '../dialects/dialect.js';
import { namesBut, ownNames, sharedNames } from '../dialects/room-names.js';
import { KurentoEngine } from '../media/kurento/engine.js';
import { Placement } from '../media/placement.js';
import { restApp } from '../rest/app.js';
import { Rooms } from '../rooms/rooms.js';
import type { Config } from './config.js';
import type { Hooks } from './dialects.js';
import { dialectsOf } from './dialects.js';
import { engineFlags } from './engine-flags.js';
import { iceServerOf } from './ice-servers.js';
import { createLog } from './log.js';
import { NoMediaLibrary } from './media-process.js';
import { MediaProcesses } from './media-processes.js';
import { openRpcDocument } from '../dialects/kurento-room/openrpc.js';
import { ownAddresses, tlsIdentity } from './tls.js';
import { Doors } from '../transport/doors.js';
import { SocketIoDoor } from '../transport/socket-io/door.js';

export interface RunningServer {
  /** Where the demo is, as http://localhost:8080/. */
  readonly url: string;
  /** Where others in the network find it: only over TLS, without which they would have no camera. */
  readonly elsewhere: readonly string[];
  /** Of a certificate made by this server, SHA-256. */
  readonly fingerprint: string | undefined;
  /** One line for people: what carries the media. */
  readonly media: string;
  readonly mediaServerUrls: readonly string[];
  /** The processes of the embedded engines that run. */
  readonly mediaProcessIds: readonly number[];
  /** Closes every room, tells everybody, and gives everything back. Does nothing the second time. */
  stop(): Promise<void>;
}

/** Builds the server in reading order; what is built is undone backwards by `stop`, and also when a later step fails. */
export async function startServer(config: Config, hooks: Hooks = {}): Promise<RunningServer> {
  const log = createLog(config.logLevel, config.logFormat);
  const undo: (() => void | Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  };
  try {
    const identity = await tlsIdentity(config);
    const mediaProcesses = config.kmsUris.length === 0 ? mediaProcessesOf(config, log) : undefined;
    if (mediaProcesses) undo.push(() => mediaProcesses.stop());
    const mediaServerUrls = mediaProcesses ? await startEngines(mediaProcesses, log) : [...new Set(config.kmsUris)];

    const engines = mediaServerUrls.map((url) => engineOf(url, config, log));
    undo.push(async () => {
      await Promise.all(engines.map((engine) => engine.close()));
    });
    const connected = engines.map((engine) =>
      engine.connect().catch((error: unknown) => {
        log.warn('no media server yet; the server goes on trying', { url: engine.url, error });
      }),
    );
    // Embedded engines are there already; a media server elsewhere may take its time, or be started after us.
    if (mediaProcesses) await Promise.all(connected);

    const placement = new Placement({ engines, limit: config.mediaServerLimit || undefined });
    const creators = new RegExp(`^(?:${config.roomCreators})$`, 'iu');
    const rooms = new Rooms(placement, { mayOpen: (_room, id) => creators.test(id) });
    const dialects: Dialect[] = [];
    const app = restApp({
      rooms,
      health: () => ({
        dialects: dialects.map(({ name, state }) => ({ name, ...state })),
        mediaServers: placement.servers.map((server) => {
          const process = mediaProcesses?.state(server.url);
          return { ...server, ...(process && { process }) };
        }),
      }),
      openRpc: openRpcDocument(),
      pageSettings: { ...config, filterRequestParam: config.filterType },
      iceServers: config.iceServers.map(iceServerOf),
      demo: builtFolder('demo'),
      client: builtFolder('client'),
      pathPrefix: config.pathPrefix,
      allowedOrigins: config.allowedOrigins,
      adminToken: config.adminToken,
      closeByGet: config.closeEndpoint === 'token',
      onChange: (change, names) => {
        log.info(change, names);
      },
      onDefect: (path, error) => {
        log.error('an HTTP request failed', { path, error });
      },
    });
    const http = identity ? createSecureServer({ cert: identity.cert, key: identity.key }) : createServer();
    const doors = new Doors(http, {
      maxTextLength: config.maxMessageLength,
      maxQueuedBytes: config.maxQueuedBytes,
      allowedOrigins: config.allowedOrigins,
      maxConnections: config.maxConnections,
      otherwise: app,
      onRefused: (path, reason) => {
        log.warn('a WebSocket was refused', { path, reason });
      },
    });
    const imagesUrl = (): string =>
      `${config.appUrl || `${identity ? 'https' : 'http'}://localhost:${portOf(http)}${config.pathPrefix}`}/img/`;
    undo.push(() => closeHttp(http));
    undo.push(() => doors.close());
    const socketIo = new SocketIoDoor({
      path: `${config.pathPrefix}${config.socketIoPath}`,
      maxPacketBytes: config.maxPacketBytes,
      allowedOrigins: config.allowedOrigins,
      hasPlace: () => doors.hasPlace,
    });
    doors.mount(`${config.pathPrefix}${config.socketIoPath}`, socketIo);
    const spoken = dialectsOf({ config, log, imagesUrl, stop: () => void stop(), hooks });
    const [ours, ...others] = spoken.map(({ name }) => name);
    for (const dialect of spoken) {
      const { name } = dialect;
      const apart = name === ours ? namesBut(others) : ownNames(name);
      dialect.attach({
        rooms,
        names: config.bridge ? sharedNames : apart,
        doors,
        socketIo,
        pathPrefix: config.pathPrefix,
        log: log.child({ dialect: name }),
        now: Date.now,
      });
      dialects.push(dialect);
      undo.push(() => dialect.close());
    }
    const port = await listen(http, config);
    undo.push(() => {
      rooms.close('the server stops');
    });

    const addressOf = (host: string): string => {
      const literal = host.includes(':') ? `[${host}]` : host;
      return `${identity ? 'https' : 'http'}://${literal}:${port}${config.pathPrefix}/`;
    };
    const url = addressOf(config.host || 'localhost');
    const media = describeMedia(mediaProcesses ? 'embedded engine' : 'Kurento media server', mediaServerUrls);
    log.info('ready', { url, media });
    return {
      url,
      media,
      elsewhere: identity && config.host === '' ? ownAddresses().map(addressOf) : [],
      fingerprint: identity?.fingerprint,
      mediaServerUrls,
      get mediaProcessIds() {
        return mediaProcesses?.pids ?? [];
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function mediaProcessesOf(config: Config, log: ParentLog): MediaProcesses {
  return new MediaProcesses({
    count: config.mediaProcesses,
    udpPorts: config.mediaUdpPorts,
    flags: engineFlags(config),
    log,
  });
}

/** @returns their URLs; none where the engine cannot run at all: people can still meet and talk, as without a media server in reach */
async function startEngines(processes: MediaProcesses, log: ParentLog): Promise<string[]> {
  try {
    return await processes.start();
  } catch (error) {
    if (!(error instanceof NoMediaLibrary)) throw error;
    log.error(
      `${error.message}. Rooms and chat work, nobody can publish; name a Kurento media server in KMS_URIS for audio and video.`,
    );
    return [];
  }
}

function describeMedia(kind: string, urls: readonly string[]): string {
  return urls.length === 0 ? 'none: audio and video are refused' : `${kind} at ${urls.join(', ')}`;
}

function engineOf(url: string, config: Config, log: ParentLog): KurentoEngine {
  return new KurentoEngine({
    url,
    requestTimeoutMs: config.mediaRequestTimeoutMs,
    lostAfterMs: config.mediaLostAfterMs,
    bandwidth: {
      minVideoRecv: config.publisherMinVideoKbps || undefined,
      maxVideoRecv: config.publisherMaxVideoKbps || undefined,
      minVideoSend: config.subscriberMinVideoKbps || undefined,
      maxVideoSend: config.subscriberMaxVideoKbps || undefined,
    },
    reachability: {
      stunServer: stunServerOf(config.mediaStunServer),
      turnUrl: config.mediaTurnUrl || undefined,
      // The embedded engine knows them since it started, and could say so.
      ...(config.kmsUris.length > 0 && {
        externalIpv4: config.mediaExternalIpv4 || undefined,
        externalIpv6: config.mediaExternalIpv6 || undefined,
      }),
    },
    log: log.child({ mediaServer: url }),
  });
}

/** `text`: address:port, or empty for none. */
function stunServerOf(text: string): { address: string; port: number } | undefined {
  const end = text.lastIndexOf(':');
  return end < 0 ? undefined : { address: text.slice(0, end), port: Number(text.slice(end + 1)) };
}

/** Beside the compiled server; the same folder when the server runs from source. */
function builtFolder(name: 'demo' | 'client'): string {
  const isCompiled = import.meta.url.endsWith('.js');
  return fileURLToPath(new URL(isCompiled ? `../${name}` : `../dist/${name}`, import.meta.url));
}

function listen(http: Server, { port, host }: Config): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen({ port, ...(host === '' ? {} : { host }) }, () => {
      http.off('error', reject);
      resolve(portOf(http));
    });
  });
}

/** Of a server that listens. */
function portOf(http: Server): number {
  return (http.address() as AddressInfo).port;
}

function closeHttp(http: Server): Promise<void> {
  return new Promise((resolve) => {
    http.close(() => {
      resolve();
    });
    http.closeAllConnections();
  });
}
