import { z } from 'zod';
import { Names, roomHash } from '../../../cluster/names.js';
import type { Position } from '../../../cluster/position.js';
import { Hub } from '../../../cluster/redis.js';
import { adminToken, asAdmin } from '../../support/administrator.js';
import { EmbeddedEngine } from '../../support/embedded-engine.js';
import { freePort } from '../../../tools/free-port.js';
import { marksOf, pipelinesOf } from '../../support/media-objects.js';
import { serverProgram } from '../../support/programs.js';
import { RecordingLog } from '../../support/recording-log.js';
import { RedisServer } from '../../support/redis-server.js';
import { ServerProcess } from '../../support/server-process.js';
import { patienceMs, until } from '../../support/until.js';
import { TcpProxy } from './tcp-proxy.js';

const names = new Names('atrium:');
/** How long a node that stands still counts as alive, in ms: the least. */
export const leaseMs = 1_500;
const mostStarts = 5;

const health = z.object({ node: z.object({ id: z.string(), state: z.string() }) });

/** One of several server processes, with a network of its own to Redis. */
export class Node {
  /** Of its present process, among the nodes. */
  id = '';
  isStopped = false;
  readonly port: number;
  readonly toRedis: TcpProxy;
  readonly #env: NodeJS.ProcessEnv;
  #process: ServerProcess | undefined;
  #starting: Promise<void> | undefined;

  constructor(port: number, toRedis: TcpProxy, env: NodeJS.ProcessEnv) {
    this.port = port;
    this.toRedis = toRedis;
    this.#env = {
      ...env,
      REDIS_URL: `redis://127.0.0.1:${toRedis.port}`,
      NODE_URL: `http://127.0.0.1:${port}`,
      CLUSTER_SECRET: 'known-to-all-nodes-of-the-rig-000',
    };
  }

  /** Also after it was killed. Resolves when it is up. */
  async start(): Promise<void> {
    if (this.#process) return;
    this.#starting ??= this.#start().finally(() => (this.#starting = undefined));
    await this.#starting;
  }

  async #start(): Promise<void> {
    this.toRedis.mend();
    this.toRedis.goOn();
    const program = [...serverProgram.execArgv, serverProgram.path];
    // It does not start while Redis is away; those that run servers let them try again.
    for (let attempt = 1; !this.#process; attempt += 1) {
      try {
        this.#process = await ServerProcess.start(this.port, this.#env, program);
      } catch (error) {
        if (attempt === mostStarts) throw error;
      }
    }
    this.isStopped = false;
    this.id = (await this.health()).id;
  }

  /** As http://127.0.0.1:port/ */
  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  async health(): Promise<z.output<typeof health>['node']> {
    const answer = await fetch(`${this.url}healthz`, asAdmin);
    return health.parse(await answer.json()).node;
  }

  /** What load balancers ask. */
  async isReady(): Promise<boolean> {
    if (!this.#process) return false;
    const answer = await fetch(`${this.url}readyz`, { signal: AbortSignal.timeout(500) }).catch(() => undefined);
    return answer?.ok === true;
  }

  /** `kill -9`, at once. Resolves when the process has ended. */
  async kill(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    await process?.end('SIGKILL');
  }

  /** It is told to end. Resolves when the process has ended. */
  async end(): Promise<void> {
    await this.#process?.end('SIGTERM');
    this.#process = undefined;
  }

  stop(): void {
    this.isStopped = true;
    this.#process?.signal('SIGSTOP');
  }

  goOn(): void {
    this.isStopped = false;
    this.#process?.signal('SIGCONT');
  }
}

const logEntries = z.array(
  z.tuple([z.string(), z.array(z.string())]).transform(([id, fields]) => {
    const [epoch = 0, seq = 0] = id.split('-').map(Number);
    return { at: { epoch, seq }, frame: fields[fields.indexOf('f') + 1] ?? '' };
  }),
);
type LogEntry = z.output<typeof logEntries>[number];

interface RigParts extends Pick<Rig, 'redis' | 'engines' | 'nodes' | 'toEngines'> {
  readonly hub: Hub;
}

/**
 * A cluster of real processes: nodes on one Redis and two media servers. Between each node and Redis there is a proxy, and clients come
 * through proxies that know which nodes are there.
 */
export class Rig {
  readonly redis: RedisServer;
  readonly engines: readonly EmbeddedEngine[];
  readonly nodes: readonly Node[];
  /** Between all nodes and each media server. */
  readonly toEngines: readonly TcpProxy[];
  readonly #fronts = new Set<TcpProxy>();
  readonly #hub: Hub;

  private constructor({ redis, engines, nodes, toEngines, hub }: RigParts) {
    this.redis = redis;
    this.engines = engines;
    this.nodes = nodes;
    this.toEngines = toEngines;
    this.#hub = hub;
  }

  static async start(
    env: NodeJS.ProcessEnv = {},
    {
      nodes: count = 3,
      redis: settings = [],
      engine = [],
    }: Partial<Record<'redis' | 'engine', string[]>> & { nodes?: number } = {},
  ): Promise<Rig> {
    const [redis, ...engines] = await Promise.all([
      RedisServer.start(...settings),
      EmbeddedEngine.start(0, engine),
      EmbeddedEngine.start(0, engine),
    ]);
    const toEngines = await Promise.all(engines.map(({ port }) => TcpProxy.to(() => [port])));
    const all = {
      KMS_URIS: engines.map(({ url, port }, index) => url.replace(`:${port}`, `:${toEngines[index]?.port}`)).join(),
      LEASE_MS: String(leaseMs),
      ADMIN_TOKEN: adminToken,
      ...env,
    };
    const proxies = await Promise.all(Array.from({ length: count }, () => TcpProxy.to(() => [redis.port])));
    const nodes = await Promise.all(proxies.map(async (proxy) => new Node(await freePort(), proxy, all)));
    const hub = new Hub({ url: redis.url, name: 'rig', waitReplicas: 0 }, new RecordingLog());
    await hub.connect();
    await hub.subscribe('rig');
    await Promise.all(nodes.map((node) => node.start()));
    return new Rig({ redis, engines, nodes, toEngines, hub });
  }

  /** Where clients come in: at that node as long as it is there, else at the next one. */
  async front(first: number): Promise<TcpProxy> {
    const order = [...this.nodes.slice(first), ...this.nodes.slice(0, first)];
    const front = await TcpProxy.to(async () => {
      const there = order.filter(({ isRunning, isStopped }) => isRunning && !isStopped);
      const ready = await Promise.all(there.map((node) => node.isReady()));
      return [...there.filter((_node, index) => ready[index]), ...there].map(({ port }) => port);
    });
    this.#fronts.add(front);
    return front;
  }

  /** The node that owns the room, as Redis has it. */
  async ownerOf(room: string): Promise<Node | undefined> {
    const id = await this.ask('HGET', names.owner(roomHash(room)), 'node');
    return this.nodes.find((node) => node.id === id);
  }

  /** Resolves when that node owns the room. */
  async owner(room: string): Promise<Node> {
    let owner: Node | undefined;
    await until('the room has an owner', async () => (owner = await this.ownerOf(room)) !== undefined);
    if (!owner) throw new Error(`Room "${room}" has no owner`);
    return owner;
  }

  /** A command of Redis, which is not under way through a proxy. */
  async ask(...command: Parameters<Hub['call']>): Promise<unknown> {
    await this.#hub.connection();
    return this.#hub.call(...command);
  }

  /** The number of the room's present owner, which grows with each new one. */
  async epoch(room: string): Promise<unknown> {
    return this.ask('HGET', names.owner(roomHash(room)), 'epoch');
  }

  /** What the log of the room holds, the oldest first. */
  async log(room: string): Promise<LogEntry[]> {
    return logEntries.parse(await this.ask('XRANGE', names.log(roomHash(room)), '-', '+'));
  }

  /** Up to where a node has written to its sockets, as the owner of the room has noted it. */
  async written(room: string, gateway: Node | undefined): Promise<Position | undefined> {
    const text = z
      .string()
      .nullable()
      .parse(await this.ask('HGET', names.state(roomHash(room)), `w:${gateway?.id}`));
    if (text === null) return undefined;
    const [epoch, seq] = z.tuple([z.int(), z.int()]).parse(JSON.parse(text));
    return { epoch, seq };
  }

  /** All nodes run and are up, and nothing is left of what clients had. */
  async expectNothingLeft(withinMs = patienceMs): Promise<void> {
    let left: string[] = [];
    const isNothing = async (): Promise<boolean> => {
      const pipelines = await Promise.all(this.engines.map(({ url }) => pipelinesOf(url)));
      left = [...pipelines.flat(), ...(await this.#leftInRedis())];
      return left.length === 0;
    };
    await until('nothing is left', isNothing, withinMs).catch(async (error: unknown) => {
      const marks = await Promise.all(this.engines.map(({ url }) => marksOf(url)));
      const nodes = this.nodes.map(({ id }) => id).join(', ');
      throw new Error(`${String(error)}: ${left.join(', ')}; nodes: ${nodes}; ${JSON.stringify(marks)}`);
    });
  }

  /** Those that were killed or stopped are there again. */
  async mend(): Promise<void> {
    for (const node of this.nodes) {
      node.toRedis.mend();
      node.toRedis.goOn();
      if (node.isStopped) node.goOn();
    }
    await Promise.all(this.nodes.map((node) => node.start()));
    await until('all nodes are up', async () =>
      (await Promise.all(this.nodes.map((node) => node.health()))).every(({ state }) => state === 'up'),
    );
  }

  async close(): Promise<void> {
    for (const front of this.#fronts) front.close();
    await Promise.all(this.nodes.map((node) => node.kill()));
    for (const proxy of [...this.nodes.map(({ toRedis }) => toRedis), ...this.toEngines]) proxy.close();
    this.#hub.close();
    await Promise.all([this.redis.remove(), ...this.engines.map((engine) => engine.stop())]);
  }

  /** Keys that are not those of nodes that live, and that do not end by themselves soon. */
  async #leftInRedis(): Promise<string[]> {
    const keys = z.array(z.string()).parse(await this.ask('KEYS', '*'));
    const ends = await Promise.all(keys.map((key) => this.ask('PTTL', key)));
    const own = new Set([names.nodes, names.load, ...this.nodes.map(({ id }) => names.node(id))]);
    return keys.filter((key, index) => !own.has(key) && !(key.endsWith(':log') && Number(ends[index]) >= 0));
  }
}
