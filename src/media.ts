import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { displayedUrl } from '../media/displayed-url.js';
import type { Bandwidth } from '../media/kurento/endpoint-properties.js';
import { KurentoEngine } from '../media/kurento/engine.js';
import type { KurentoEngineOptions } from '../media/kurento/engine.js';
import type { Beats, Company } from '../media/kurento/left-pipelines.js';
import { thisProcess } from '../process-mark.js';
import { Placement } from '../media/placement.js';
import type { MediaEngine } from '../media/port.js';
import type { ServerFigures } from '../media/server-figures.js';
import type { Log, ParentLog } from '../log.js';
import type { Health } from '../rest/health.js';
import type { Config } from './config.js';
import { announcementOf, sharedLogin } from './engine-login.js';
import { EnginesOfOthers } from './engines-of-others.js';
import { engineFlags } from './engine-flags.js';
import { isOnThisMachine } from './listening.js';
import { KeptEngines } from './kept-engines.js';
import type { LogLevel } from './log.js';
import { NoMediaLibrary, restartMs } from './media-process.js';
import { MediaProcesses } from './media-processes.js';
import { relayHosts } from './relay-hosts.js';
import type { RelayHosts } from './relay-hosts.js';
import { Undo } from './undo.js';

/** The media servers a configuration asks for. */
export interface StartedMedia {
  /** All of them as one. */
  readonly engine: MediaEngine;
  /** One line for people: what carries the media. */
  readonly description: string;
  /** With the secrets that these media servers ask for. */
  readonly urls: readonly string[];
  /** The processes of the embedded engines that run now. */
  readonly processIds: readonly number[];
  /** For /healthz. */
  readonly servers: Health['mediaServers'];
  /** Of each of these servers, in their order. */
  readonly figures: readonly ServerFigures[];
  /** For other servers: the embedded engines that they may use when this one is dead, without passwords. */
  readonly announced: readonly string[];
  /** These use the same media servers from now on. What they have there counts where rooms are placed. */
  share(others: OtherUsers): void;
  /** Which media servers are out of reach, in words. Waits a moment for those that are slow. Undefined when all are there. */
  trouble(): Promise<string | undefined>;
  /**
   * What former processes have left at media servers, and nobody has adopted by now, may be released. Nothing of theirs is released
   * before.
   */
  restored(): void;
  /** Calls whenever a media server is out of reach, or is back. @returns a function that ends it */
  watch(changed: (url: string, up: boolean) => void): () => void;
  /** The least important line that embedded engines write from now on. */
  logLevel(level: LogLevel): void;
  /** With MEDIA_KEEP_ALIVE: `stop` leaves the embedded engines to the next process of the server. Called when that can go on. */
  leave(): void;
  /** Lets go of the media servers, and ends those that were started. Does nothing the second time. */
  stop(): Promise<void>;
}

/** Other servers that use the same media servers. */
export interface OtherUsers extends Company {
  /** How many endpoints they have on the media server at that URL. */
  loadOf(url: string): number;
  /** Their embedded engines that may be used (`StartedMedia.announced`). */
  engines(): readonly string[];
  /** The media server is out of reach here. Resolves when those of them that reach it have taken the rooms that use it. Must not reject. */
  takeOver(url: string): Promise<void>;
}

/** How long a media server may take to answer before an operator is told that it is out of reach, in ms. */
const patienceMs = 2_000;

/**
 * Connects to the Kurento media servers that `kmsUris` names. Where it names none, starts the embedded engines.
 * @throws ConfigError, MediaProcessError when an embedded engine does not start
 */
export async function startMedia(config: Config, log: ParentLog): Promise<StartedMedia> {
  const undo = new Undo();
  let restored = (): void => undefined;
  const releaseAfter = new Promise<void>((resolve) => (restored = resolve));
  try {
    const relays = await relayHosts(config);
    const processes = config.kmsUris.length === 0 ? processesOf(config, log) : undefined;
    let isLeft = false;
    undo.add(async () => {
      if (isLeft) processes?.leave();
      else await processes?.stop();
    });
    const urls = processes
      ? await startProcesses(processes, log)
      : [...new Map(config.kmsUris.map((url) => [withoutRegion(url), url])).values()];
    if (!processes && config.appUrl === '' && !urls.every(isOnThisMachine)) {
      log.warn(
        'APP_URL is empty and a media server is on another machine: it cannot fetch the images of filters; set APP_URL to the address of this server as the media server reaches it',
      );
    }
    if (processes && config.stateFile !== '' && !config.mediaKeepAlive) {
      log.info(
        'the embedded engines end with this process: after a restart clients publish again; see MEDIA_KEEP_ALIVE',
      );
    }
    let others: OtherUsers | undefined;
    const left = { releaseAfter, company: () => others };
    const takenFrom = async (url: string): Promise<void> => others?.takeOver(url);
    const named = (index: number, url: string): string => processes?.names[index] ?? displayedUrl(url);
    const engines = urls.map((url, index) =>
      engineOf(
        url,
        { ...config, isOwn: processes !== undefined },
        relays,
        left,
        takenFrom,
        log.child({ mediaServer: named(index, url) }),
      ),
    );
    undo.add(async () => {
      await Promise.all(engines.map((engine) => engine.close()));
    });
    const connected = engines.map((engine, index) =>
      engine.connect().catch((error: unknown) => {
        const mediaServer = named(index, engine.url);
        log.warn('no media server yet; the server goes on trying', { mediaServer, error });
      }),
    );
    // Embedded engines are there already. A media server elsewhere may be slow, or may be started after us.
    if (processes) await Promise.all(connected);
    const placement = new Placement({
      engines,
      limit: config.mediaServerLimit || undefined,
      relayAbove: config.relayAbove,
      region: config.nodeRegion || undefined,
      log,
    });
    const own = announcedOf(config, urls, log);
    const ofOthers = new EnginesOfOthers({
      clusterSecret: config.clusterSecret,
      engineAt: (url) =>
        engineOf(
          url,
          { ...config, isOwn: false },
          relays,
          left,
          takenFrom,
          log.child({ mediaServer: displayedUrl(url) }),
        ),
      placement,
      now: () => performance.now(),
    });
    undo.add(() => ofOthers.close());
    return {
      engine: placement,
      description: describe(config, urls),
      urls: urls.map(withoutRegion),
      get processIds() {
        return processes?.pids ?? [];
      },
      get servers() {
        return placement.servers.map((server) => {
          const process = processes?.state(server.url);
          return { ...server, ...(process && { process }) };
        });
      },
      get announced() {
        return [...own, ...ofOthers.used];
      },
      figures: engines.map(({ figures }) => figures),
      share: (given) => {
        others = given;
        placement.countElsewhere((url) => given.loadOf(url));
        // Without an address others could not use ours, and would not be used.
        if (config.mediaHost !== '') ofOthers.begin(() => given.engines().filter((engine) => !own.includes(engine)));
      },
      trouble: async () => {
        // Within this time a media server that is there has answered.
        await Promise.race([Promise.all(connected), pause(patienceMs, undefined, { ref: false })]);
        const missing = engines.filter(({ up }) => !up).map(({ url }) => url);
        if (missing.length === 0) return undefined;
        const which = missing.length < urls.length ? `${missing.join(', ')} is ` : '';
        return `${which}out of reach; the server goes on trying, and nobody can publish there until it answers (KMS_URIS)`;
      },
      restored,
      watch: (changed) => {
        const ends = engines.map((engine) =>
          engine.onChange((up) => {
            changed(engine.url, up);
          }),
        );
        return () => {
          for (const end of ends) end();
        };
      },
      leave: () => {
        isLeft = config.mediaKeepAlive;
      },
      logLevel: (level) => {
        processes?.logLevel(level);
      },
      stop: () => undo.run(),
    };
  } catch (error) {
    await undo.run();
    throw error;
  }
}

function withoutRegion(url: string): string {
  return url.replace(/#.*$/, '');
}

function processesOf(config: Config, log: ParentLog): MediaProcesses {
  return new MediaProcesses({
    count: config.mediaProcesses,
    udpPorts: config.mediaUdpPorts,
    flags: engineFlags(config),
    ...(config.mediaHost !== '' && { host: config.mediaHost, login: () => sharedLogin(config.clusterSecret) }),
    kept: config.mediaKeepAlive ? new KeptEngines(`${config.stateFile}.engines`) : undefined,
    log,
  });
}

/** @returns what other nodes are told of these engines */
function announcedOf({ mediaHost, clusterSecret }: Config, urls: readonly string[], log: Log): string[] {
  if (mediaHost === '') return [];
  const announced = urls.flatMap((url) => announcementOf(url, clusterSecret) ?? []);
  if (announced.length < urls.length) {
    log.warn(
      'an engine of the former server was started with another CLUSTER_SECRET, or without MEDIA_HOST: other nodes cannot use it until it is started again',
    );
  }
  return announced;
}

/** @returns their URLs; none where the engine cannot run on this platform. Rooms and chat work there, without audio and video */
async function startProcesses(processes: MediaProcesses, log: ParentLog): Promise<string[]> {
  try {
    return await processes.start();
  } catch (error) {
    if (!(error instanceof NoMediaLibrary)) throw error;
    log.error(
      `${error.message}. Rooms and chat work, but nobody can publish. For audio and video name a Kurento media server in KMS_URIS.`,
    );
    return [];
  }
}

/** Embedded engines have addresses that are nobody's business: they are in the details of /healthz, for those with the admin token. */
function describe({ kmsUris, redisUrl, mediaHost }: Config, urls: readonly string[]): string {
  if (urls.length === 0) return 'none: audio and video are refused';
  if (kmsUris.length > 0) return `Kurento media server at ${urls.map(displayedUrl).join(', ')}`;
  const [engines, end] = urls.length === 1 ? ['embedded engine', 'ends'] : [`${urls.length} embedded engines`, 'end'];
  if (redisUrl === '') return engines;
  if (mediaHost !== '') return `${engines} at ${mediaHost}, which other nodes use when this one is gone`;
  return `${engines}, which ${end} with this node, and with it sound and picture of its rooms; KMS_URIS names media servers that stay`;
}

/** @param config `isOwn`: whether an engine is started again by this server */
function engineOf(
  url: string,
  config: Config & { readonly isOwn: boolean },
  relays: RelayHosts,
  left: Pick<Beats, 'releaseAfter' | 'company'>,
  takenFrom: (url: string) => Promise<void>,
  log: Log,
): KurentoEngine {
  const owner = ownerOf(config);
  const isShared = config.redisUrl !== '' && (config.kmsUris.length > 0 || config.mediaHost !== '');
  const engine: KurentoEngine = new KurentoEngine({
    url,
    requestTimeoutMs: config.mediaRequestTimeoutMs,
    lostAfterMs: config.mediaLostAfterMs,
    ...(config.kmsUris.length === 0 && { isEmbedded: true }),
    ...(config.isOwn && { restartMs }),
    bandwidth: bandwidthOf(config),
    owner: owner && { ...owner, ...left, othersAdopt: config.redisUrl !== '' },
    keepsLost: config.redisUrl !== '',
    ...(isShared && { beforeLoss: () => takenFrom(engine.url) }),
    reachability: {
      ...relays,
      // The embedded engines got them as flags when they started.
      ...(config.kmsUris.length > 0 && {
        externalIpv4: config.mediaExternalIpv4 || undefined,
        externalIpv6: config.mediaExternalIpv6 || undefined,
      }),
    },
    log,
  });
  return engine;
}

/** None for embedded engines that end with the server, whatever ends it. */
function ownerOf(config: Config): KurentoEngineOptions['owner'] {
  const outlivesUs = config.kmsUris.length > 0 || config.mediaKeepAlive;
  if (!outlivesUs || !config.releaseLeftPipelines) return undefined;
  return { name: config.serverName || hostname(), process: thisProcess() };
}

/**
 * A KMS sends and, through its feedback, receives no more than 500 kbit/s of video unless it is told otherwise. So both limits
 * are always set there. The embedded engine has none of its own (docs/protocols/kurento-media.md#73-properties).
 */
function bandwidthOf(config: Config): Bandwidth {
  const isEmbedded = config.kmsUris.length === 0;
  return {
    minVideoRecv: config.publisherMinVideoKbps || undefined,
    maxVideoRecv: isEmbedded ? config.publisherMaxVideoKbps || undefined : config.publisherMaxVideoKbps,
    minVideoSend: config.subscriberMinVideoKbps || undefined,
    maxVideoSend: isEmbedded ? config.subscriberMaxVideoKbps || undefined : config.subscriberMaxVideoKbps,
  };
}
