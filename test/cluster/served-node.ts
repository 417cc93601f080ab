import { expect } from 'chai';
import type { GivenConfig } from '../../src/config.js';
import type { RunningServer } from '../../src/server.js';
import { EmbeddedEngine } from '../support/embedded-engine.js';
import { pipelinesOf } from '../support/media-objects.js';
import { PeerProcess, sections } from '../support/peer.js';
import type { Peer } from '../support/peer.js';
import { serverProgram } from '../support/programs.js';
import { RedisServer } from '../support/redis-server.js';
import { RpcClient } from '../support/rpc-client.js';
import { startTestServer } from '../support/server.js';
import { ServerProcess } from '../support/server-process.js';
import { until } from '../support/until.js';

const bindAddress = '127.0.0.1';
const leaseMs = 1_500;
/** As `names` of rooms-in-redis.ts. */
const redisPrefix = 'test:';

/** Servers on one Redis and one media server, with clients that have no browser. */
export class ClusterStage {
  readonly redis: RedisServer;
  readonly engine: EmbeddedEngine;
  readonly #peers: PeerProcess;
  readonly #clients: RpcClient[] = [];
  readonly #servers: RunningServer[] = [];
  readonly #processes: ServerProcess[] = [];

  private constructor(redis: RedisServer, engine: EmbeddedEngine, peers: PeerProcess) {
    this.redis = redis;
    this.engine = engine;
    this.#peers = peers;
  }

  static async open(): Promise<ClusterStage> {
    const flags = ['--bind-address', bindAddress];
    const [redis, engine, peers] = await Promise.all([
      RedisServer.start(),
      EmbeddedEngine.start(0, flags),
      PeerProcess.start(),
    ]);
    return new ClusterStage(redis, engine, peers);
  }

  /** Everybody goes. */
  async clear(): Promise<void> {
    this.#peers.closeAll();
    for (const client of this.#clients.splice(0)) await client.close();
    for (const server of this.#servers.splice(0)) await server.stop();
    for (const process of this.#processes.splice(0)) await process.end('SIGKILL');
    await this.redis.kill();
    this.redis.forgetAll();
    await this.redis.start();
  }

  async close(): Promise<void> {
    await this.#peers.stop();
    await this.engine.stop();
    await this.redis.remove();
  }

  /** A node in this process. */
  async node(given: GivenConfig = {}): Promise<RunningServer> {
    const server = await startTestServer({
      redisUrl: this.redis.url,
      kmsUris: [this.engine.url],
      redisPrefix,
      leaseMs,
      ...given,
    });
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

  /** A peer whose candidates and answer go through the server. `of`: the publisher. */
  async negotiate(client: RpcClient, of: string, method: string, params: object = {}): Promise<Peer> {
    const told: Promise<unknown>[] = [];
    const peer = await this.#peers.open({
      sections: sections(method === 'publishVideo' ? 'sendonly' : 'recvonly'),
      bindAddress,
      onCandidate: (candidate) => {
        told.push(client.request('onIceCandidate', { endpointName: of, ...candidate }));
      },
    });
    const { sdpAnswer } = await client.request(method, { sdpOffer: peer.offer, ...params });
    peer.accept(String(sdpAnswer));
    const found = await client.take((frame) => frame.method === 'iceCandidate' && frame.params?.endpointName === of);
    peer.addCandidate({ candidate: String(found.params?.candidate), sdpMid: String(found.params?.sdpMid) });
    await peer.connected();
    await Promise.all(told);
    return peer;
  }

  async expectNothingLeft(): Promise<void> {
    await until('nothing is left at the media server', async () => (await pipelinesOf(this.engine.url)).length === 0);
  }
}
