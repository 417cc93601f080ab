import { expect } from 'chai';
import { z } from 'zod';
import { roomHash } from '../../cluster/names.js';
import { Hub } from '../../cluster/redis.js';
import type { GivenConfig } from '../../src/config.js';
import type { RunningServer, StartOptions } from '../../src/server.js';
import { asAdmin } from '../support/administrator.js';
import { EmbeddedEngine } from '../support/embedded-engine.js';
import { pipelinesOf } from '../support/media-objects.js';
import { bindAddress, negotiate } from '../support/negotiate.js';
import { PeerProcess } from '../support/peer.js';
import type { Peer } from '../support/peer.js';
import { serverProgram } from '../support/programs.js';
import { RecordingLog } from '../support/recording-log.js';
import { RedisServer } from '../support/redis-server.js';
import { RpcClient } from '../support/rpc-client.js';
import { startTestServer } from '../support/server.js';
import { ServerProcess } from '../support/server-process.js';
import { until } from '../support/until.js';
import { names } from './rooms-in-redis.js';

/** Twice the least: a node of the tests shares two cores with other tests, and its event loop with the test and other nodes. */
const leaseMs = 3_000;
/** As `names` of rooms-in-redis.ts. */
const redisPrefix = 'test:';

/** A stage for the tests of one `describe`. Everybody goes after each of them. Without Redis they are skipped. */
export function useClusterStage(): ClusterStage {
  const stage = new ClusterStage();
  before(async function () {
    if (!RedisServer.isInstalled) this.skip();
    await stage.open();
  });
  afterEach(() => stage.clear());
  after(() => stage.close());
  return stage;
}

/** What a stage has once it is open. */
interface Parts {
  readonly redis: RedisServer;
  readonly engine: EmbeddedEngine;
  readonly peers: PeerProcess;
}

/** Servers on one Redis and one media server, with clients that have no browser. */
export class ClusterStage {
  #opened: Parts | undefined;
  readonly #clients: RpcClient[] = [];
  readonly #servers: RunningServer[] = [];
  readonly #processes: ServerProcess[] = [];

  get redis(): RedisServer {
    return this.#parts.redis;
  }

  get engine(): EmbeddedEngine {
    return this.#parts.engine;
  }

  async open(): Promise<void> {
    const flags = ['--bind-address', bindAddress];
    const [redis, engine, peers] = await Promise.all([
      RedisServer.start(),
      EmbeddedEngine.start(0, flags),
      PeerProcess.start(),
    ]);
    this.#opened = { redis, engine, peers };
  }

  /** Everybody goes. */
  async clear(): Promise<void> {
    this.#parts.peers.closeAll();
    for (const client of this.#clients.splice(0)) await client.close();
    for (const server of this.#servers.splice(0)) await server.stop();
    for (const process of this.#processes.splice(0)) await process.end('SIGKILL');
    await this.redis.kill();
    this.redis.forgetAll();
    await this.redis.start();
  }

  async close(): Promise<void> {
    const parts = this.#opened;
    this.#opened = undefined;
    await parts?.peers.stop();
    await parts?.engine.stop();
    await parts?.redis.remove();
  }

  get #parts(): Parts {
    if (!this.#opened) throw new Error('The stage is not open');
    return this.#opened;
  }

  /** A node in this process. */
  async node(given: GivenConfig = {}, more: StartOptions = {}): Promise<RunningServer> {
    const own = { redisUrl: this.redis.url, kmsUris: [this.engine.url], redisPrefix, leaseMs };
    const server = await startTestServer({ ...own, ...given }, more);
    this.#servers.push(server);
    return server;
  }

  /** A node that can be killed. */
  async nodeProcess(port = 0, given: NodeJS.ProcessEnv = {}): Promise<ServerProcess> {
    const env = {
      REDIS_URL: this.redis.url,
      REDIS_PREFIX: redisPrefix,
      KMS_URIS: this.engine.url,
      LEASE_MS: String(leaseMs),
      ...given,
    };
    const process = await ServerProcess.start(port, env, [...serverProgram.execArgv, serverProgram.path]);
    this.#processes.push(process);
    return process;
  }

  /** Resolves when each of them knows the others. They have the admin token of tests. */
  async known(nodes: readonly { readonly url: string }[]): Promise<void> {
    for (const { url } of nodes) {
      await until('the node knows the others', async () => {
        const answer = await fetch(new URL('api/v1/cluster', url), asAdmin);
        const { nodes: seen } = seenNodes.parse(await answer.json());
        return seen.filter(({ state }) => state === 'up').length === nodes.length;
      });
    }
  }

  async connect(server: { readonly url: string }): Promise<RpcClient> {
    const client = await RpcClient.connect(server.url);
    this.#clients.push(client);
    return client;
  }

  /** @returns the client, and the id of its session */
  async join(
    server: { readonly url: string },
    user: string,
    room: string,
    more: object = {},
  ): Promise<[RpcClient, string]> {
    const client = await this.connect(server);
    const { sessionId } = await client.request('joinRoom', { user, room, ...more });
    return [client, String(sessionId)];
  }

  async resume(server: { readonly url: string }, sessionId: string): Promise<RpcClient> {
    const client = await this.connect(server);
    expect(await client.request('connect', { sessionId })).to.include({ sessionId });
    return client;
  }

  /** As the function of that name. */
  async negotiate(client: RpcClient, of: string, method: string, params: object = {}): Promise<Peer> {
    return negotiate(this.#parts.peers, client, of, method, params);
  }

  /** What Redis has of what the room has told, by its key. */
  async log(room: string): Promise<unknown> {
    const hub = new Hub({ url: this.redis.url, name: 'reader', waitReplicas: 0 }, new RecordingLog());
    await hub.connect();
    const entries: unknown = await hub.call('XRANGE', names.log(roomHash(room)), '-', '+');
    hub.close();
    return entries;
  }

  async expectNothingLeft(): Promise<void> {
    await until('nothing is left at the media server', async () => (await pipelinesOf(this.engine.url)).length === 0);
  }
}

const seenNodes = z.object({ nodes: z.array(z.object({ state: z.string() })) });

/** Whether a balancer should send clients there: 200, or else 503. */
export async function readinessOf({ url }: { readonly url: string }): Promise<number> {
  return (await fetch(new URL('readyz', url))).status;
}
