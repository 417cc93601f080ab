import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { KurentoEngine } from '../media/kurento/engine.js';
import { restApp } from '../rest/app.js';
import { Rooms } from '../rooms/rooms.js';
import type { Config } from './config.js';
import { createLog } from './log.js';
import type { Log } from './log.js';
import { MediaProcess } from './media-process.js';
import { RoomGateway } from './protocol/gateway.js';
import { Doors } from './transport/doors.js';

export interface RunningServer {
  /** Where the demo is, as http://localhost:8080/. */
  readonly url: string;
  /** One line for people: what carries the media. */
  readonly media: string;
  readonly mediaServerUrls: readonly string[];
  /** The process of the embedded engine, while there is one. */
  readonly mediaProcessId: number | undefined;
  /** Closes every room, tells everybody, and gives everything back. Does nothing the second time. */
  stop(): Promise<void>;
}

/** Builds the server in reading order; what is built is undone backwards by `stop`, and also when a later step fails. */
export async function startServer(config: Config): Promise<RunningServer> {
  const log = createLog(config.logLevel, config.logFormat);
  const undo: (() => void | Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  };
  try {
    const mediaProcess = config.kmsUris.length === 0 ? startable(config, log) : undefined;
    if (mediaProcess) undo.push(() => mediaProcess.stop());
    const mediaServerUrl = (await mediaProcess?.start()) ?? firstOf(config.kmsUris, log);

    const engine = new KurentoEngine({
      url: mediaServerUrl,
      requestTimeoutMs: config.mediaRequestTimeoutMs,
      lostAfterMs: config.mediaLostAfterMs,
      log: log.child({ mediaServer: mediaServerUrl }),
    });
    undo.push(() => engine.close());
    const connected = engine.connect().catch((error: unknown) => {
      log.warn('no media server yet; the server goes on trying', { url: mediaServerUrl, error });
    });
    // The embedded engine is there already; a media server elsewhere may take its time, or be started after us.
    if (mediaProcess) await connected;

    const rooms = new Rooms(engine);
    const http = createServer(
      restApp({
        rooms,
        health: () => ({ mediaServers: [{ url: mediaServerUrl, up: engine.up }] }),
        demo: demoFolder(),
        pathPrefix: config.pathPrefix,
        onDefect: (path, error) => {
          log.error('an HTTP request failed', { path, error });
        },
      }),
    );
    const doors = new Doors(http, {
      maxTextLength: config.maxMessageLength,
      maxQueuedBytes: config.maxQueuedBytes,
      allowedOrigins: config.allowedOrigins,
      onRefused: (path, reason) => {
        log.warn('a WebSocket was refused', { path, reason });
      },
    });
    const gateway = new RoomGateway(rooms, log, config);
    doors.open(`${config.pathPrefix}/room`, (connection) => {
      gateway.accept(connection);
    });
    undo.push(() => {
      gateway.close();
    });
    const port = await listen(http, config);
    undo.push(() => closeHttp(http));
    undo.push(() => doors.close());
    undo.push(() => {
      rooms.close('the server stops');
    });

    const url = `http://${config.host || 'localhost'}:${port}${config.pathPrefix}/`;
    const media = mediaProcess ? `embedded engine (${mediaServerUrl})` : `Kurento media server at ${mediaServerUrl}`;
    log.info('ready', { url, media });
    return {
      url,
      media,
      mediaServerUrls: [mediaServerUrl],
      get mediaProcessId() {
        return mediaProcess?.pid;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function startable(config: Config, log: Log): MediaProcess {
  return new MediaProcess({
    udpPorts: config.mediaUdpPorts,
    announcedAddresses: config.mediaAnnouncedAddresses,
    log,
  });
}

function firstOf(urls: readonly string[], log: Log): string {
  const [first, ...rest] = urls;
  if (first === undefined) throw new Error('No media server is configured');
  if (rest.length > 0) log.warn('only the first media server is used so far', { used: first, unused: rest });
  return first;
}

/** Beside the compiled server; the same folder when the server runs from source. */
function demoFolder(): string {
  const isCompiled = import.meta.url.endsWith('.js');
  return fileURLToPath(new URL(isCompiled ? '../demo' : '../dist/demo', import.meta.url));
}

function listen(http: Server, { port, host }: Config): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen({ port, ...(host === '' ? {} : { host }) }, () => {
      http.off('error', reject);
      resolve((http.address() as AddressInfo).port);
    });
  });
}

function closeHttp(http: Server): Promise<void> {
  return new Promise((resolve) => {
    http.close(() => {
      resolve();
    });
    http.closeAllConnections();
  });
}
