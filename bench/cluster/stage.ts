import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import type { GivenConfig } from '../../src/config.js';
import { BenchServer } from '../signalling/bench-process.js';
import { RedisProcess } from './redis-process.js';

export const adminToken = 'bench-administrator';
const script = '../cluster/node-server.ts';

/** Redis, a media server that outlives nodes, and as many nodes as are started. */
export class Stage {
  readonly redis: RedisProcess;
  readonly #engine: ChildProcess;
  readonly #engineUrl: string;
  readonly #nodes = new Set<BenchServer>();

  private constructor(redis: RedisProcess, engine: ChildProcess, engineUrl: string) {
    this.redis = redis;
    this.#engine = engine;
    this.#engineUrl = engineUrl;
  }

  static async open(): Promise<Stage> {
    const redis = await RedisProcess.start();
    const program = fileURLToPath(new URL('../../dist/media/embedded/main.js', import.meta.url));
    const flags = ['--port', '0', '--udp-ports', '50000-52999', '--bind-address', '127.0.0.1', '--log-level', 'error'];
    const engine = fork(program, flags, { execArgv: [] });
    const [ready] = (await once(engine, 'message')) as [{ readonly url: string }];
    return new Stage(redis, engine, ready.url);
  }

  /** One process, on the same media server. */
  async single(): Promise<BenchServer> {
    return this.#start({});
  }

  async node(): Promise<BenchServer> {
    return this.#start({ redisUrl: this.redis.url });
  }

  /** As `kill -9`. */
  async kill(node: BenchServer): Promise<void> {
    this.#nodes.delete(node);
    await node.kill();
  }

  /** All nodes end, and Redis forgets what they had. */
  async clear(): Promise<void> {
    const nodes = [...this.#nodes];
    this.#nodes.clear();
    await Promise.all(nodes.map((node) => node.kill()));
    await this.redis.ask('FLUSHALL');
    await pause(100);
  }

  async close(): Promise<void> {
    await this.clear();
    await this.redis.stop();
    this.#engine.kill('SIGKILL');
  }

  async #start(given: GivenConfig): Promise<BenchServer> {
    const own: GivenConfig = {
      ...{ kmsUris: [this.#engineUrl], adminToken, placementSlack: 100, releaseLeftPipelines: false },
      // Clients of the bench talk as fast as they are answered.
      ...{ maxRequestRate: 1_000_000, maxRequestBurst: 1_000_000 },
      ...given,
    };
    const node = await BenchServer.start(script, [JSON.stringify(own)]);
    this.#nodes.add(node);
    return node;
  }
}
