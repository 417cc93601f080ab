import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { KurentoError } from './kurento-error.js';
import type { ObjectClass, ObjectContext } from './media-object.js';
import { complex, MediaObject, mediaObjectOperations } from './media-object.js';
import type { Operations } from './operations.js';
import { operation, perform, property } from './operations.js';
import { integer, text } from './parameters.js';

/** The version of Kurento Media Server whose protocol the engine speaks. */
const version = '7.2.0';
/** Longest interval over which CPU use is measured, in ms. Other requests of the socket wait meanwhile. */
const longestMeasurement = 10_000;

/** What the server manager knows of the server. */
export interface ServerFacts {
  pipelines(): readonly string[];
  sessions(): readonly string[];
  /** What the engine has carried since its start. */
  carried(): object;
  /** Types that can be created, by module. */
  readonly factories: Readonly<Record<'core' | 'elements' | 'filters', readonly string[]>>;
}

/** The object that always exists (docs/protocols/kurento-media.md#5-servermanager). */
export class ServerManager extends MediaObject {
  readonly class = serverManagerClass;
  readonly facts: ServerFacts;

  constructor(facts: ServerFacts, context: ObjectContext) {
    super(serverManagerClass.type, undefined, context, 'manager_ServerManager');
    this.facts = facts;
  }

  invoke(name: string, params: unknown): unknown {
    return perform(operations, this, name, params);
  }
}

const serverManagerClass: ObjectClass = {
  type: 'ServerManager',
  hierarchy: ['MediaObject'],
  events: new Set(['Error', 'ObjectCreated', 'ObjectDestroyed']),
};

function serverInfo({ facts }: ServerManager): unknown {
  // kurento-client warns unless it finds the three modules for which it has classes. The factories say what can be
  // created.
  const modules = Object.entries(facts.factories).map(([name, factories]) =>
    complex('ModuleInfo', { name, version, generationTime: '', factories }),
  );
  // Four are ours: pipelines have the event ActiveSpeakersChanged, and setAudioLastN; endpoints take a picture in several sizes, and have
  // setReceiverWish and LayersWanted; and they have processRestartOffer.
  const capabilities = ['transactions', 'activeSpeaker', 'audioLastN', 'simulcast', 'iceRestart'];
  return complex('ServerInfo', { capabilities, modules, type: 'KMS', version });
}

/** Average use of one CPU during `interval` ms, in percent. */
async function usedCpu(interval: number): Promise<number> {
  const before = process.cpuUsage();
  const began = performance.now();
  await pause(Math.max(1, Math.min(interval, longestMeasurement)));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 10 / (performance.now() - began);
}

const operations: Operations<ServerManager> = {
  ...mediaObjectOperations,
  getMediaPipeline: operation({}, () => null),
  ...property('info', text, serverInfo),
  ...property('pipelines', text, (self: ServerManager) => self.facts.pipelines()),
  ...property('sessions', text, (self: ServerManager) => self.facts.sessions()),
  ...property('metadata', text, () => ''),
  getCpuCount: operation({}, () => availableParallelism()),
  getUsedMemory: operation({}, () => Math.round(process.memoryUsage.rss() / 1024)),
  getUsedCpu: operation({ interval: integer }, (_self: ServerManager, { interval }) => usedCpu(interval)),
  // No Kurento Media Server has it: it is for /metrics (docs/rest.md#metrics).
  getMediaFigures: operation({}, ({ facts }: ServerManager) => facts.carried()),
  getKmd: operation({ moduleName: text }, (_self: ServerManager, { moduleName }) => {
    throw new KurentoError(40500, `No description of module '${moduleName}'`);
  }),
};
