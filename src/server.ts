import type { ParentLog } from '../log.js';
import type { Config } from './config.js';
import type { Hooks } from './dialects.js';
import { createLog } from './log.js';
import { startMedia } from './media.js';
import type { JournalVersions } from './node-rooms.js';
import { serve } from './serve.js';
import type { ServeOptions, Service } from './service.js';
import { StateFile } from './state-file.js';
import { checkDoors, checkStart } from './start-checks.js';
import { tlsIdentity } from './tls.js';
import { Undo } from './undo.js';

/** The whole server: a service with its media servers. `stop` also ends the embedded engines. */
export interface RunningServer extends Service {
  /** Of the server. */
  readonly log: ParentLog;
  /** One line for people: what carries the media. */
  readonly media: string;
  /** For people: which media servers are out of reach. Waits a moment for those that are slow. Undefined when all are there. */
  mediaTrouble(): Promise<string | undefined>;
  /** For programs that speak to the media servers themselves. They hold passwords: log them nowhere. */
  readonly mediaServerUrls: readonly string[];
  /** The processes of the embedded engines that run now. */
  readonly mediaProcessIds: readonly number[];
  /**
   * As `stop`, but people have DRAIN_S to finish. With STATE_FILE the next start goes on with the rooms, and with REDIS_URL other nodes or the
   * next start: then it waits for nobody.
   */
  suspend(): Promise<void>;
  /** Resolves when the server has stopped, whoever has stopped it. */
  readonly ended: Promise<void>;
}

export interface StartOptions extends Pick<ServeOptions, 'authorize' | 'dialects' | 'recordings' | 'reread'> {
  /** Of several nodes: the forms of rooms in Redis that it reads. Default: those of this program. For tests of two programs side by side. */
  readonly journals?: JournalVersions | undefined;
}

/**
 * Starts everything that a configuration asks for: media servers first, then the service on them. What the configuration names is
 * checked before.
 * @throws ConfigError, MediaProcessError; nothing is left running then
 */
export async function startServer(
  config: Config,
  hooks: Hooks = {},
  { journals, ...options }: StartOptions = {},
): Promise<RunningServer> {
  const log = createLog(config.logLevel, config.logFormat, { names: config.logNames });
  const undo = new Undo();
  let stopping: Promise<void> | undefined;
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const stop = (): Promise<void> =>
    (stopping ??= undo.run().then(() => {
      end();
    }));
  try {
    await checkStart(config, hooks);
    const tls = await tlsIdentity(config);
    const media = await startMedia(config, log);
    undo.add(() => media.stop());
    const node =
      config.redisUrl === '' ? undefined : await (await import('./cluster.js')).startNode(config, media, log, journals);
    if (node) undo.add(() => node.stop());
    // The rooms of a node are in Redis. It only notes its engines beside that file.
    const stateFile = config.stateFile === '' || node ? undefined : new StateFile(config.stateFile, log, Date.now);
    const service = await serve(config, media.engine, {
      log,
      former: await stateFile?.take(),
      ...options,
      hooks,
      tls,
      node,
      mediaServers: () => media.servers,
      mediaFigures: media.figures,
      watchMediaServers: (changed) => media.watch(changed),
      terminate: () => void stop(),
      drained: () => void leave(),
    });
    /** Stops. Others go on with the rooms, where they can. */
    const leave = async (): Promise<void> => {
      try {
        if (stateFile) {
          await service.handOver((rooms) => {
            stateFile.save(rooms);
          });
          media.leave();
        }
        if (node) {
          if (await node.drain()) await service.drain(() => node.giveRooms(), config.drainS * 1_000);
          await service.handOver(() => node.leave());
          media.leave();
        }
      } catch (error) {
        log.error('the rooms end with this process: they cannot be kept', { error });
      }
      await stop();
    };
    undo.add(() => service.stop());
    media.restored();
    log.info('ready', { url: service.url, media: media.description });
    return {
      ...service,
      log,
      reload: async (next) => {
        // What needs a restart stays as it is.
        checkDoors({ ...next, bridge: config.bridge, auth: config.auth }, hooks);
        const renewed = await service.reload(next);
        log.level = next.logLevel;
        media.logLevel(next.logLevel);
        return renewed;
      },
      media: media.description,
      mediaTrouble: () => media.trouble(),
      mediaServerUrls: media.urls,
      get mediaProcessIds() {
        return media.processIds;
      },
      suspend: () => {
        const { draining } = service;
        if (!draining.isUnderWay) draining.begin();
        return ended;
      },
      ended,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
