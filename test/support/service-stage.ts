import type { Dialect } from '../../dialects/dialect.js';
import type { Rooms } from '../../rooms/index.js';
import { configOf } from '../../src/config.js';
import type { Config, GivenConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import { serve } from '../../src/serve.js';
import type { ServeOptions, Service } from '../../src/service.js';
import { startNode } from '../../src/cluster.js';
import type { NodeRooms } from '../../src/node-rooms.js';
import { clusterOptions } from './cluster-options.js';
import { FakeMedia } from './fake-media.js';
import { Gateway, GivenOwner, nodeAt, passing } from './gateway.js';

/** Clients come through another node (docs/testing.md). */
const throughGateway = process.env.TEST_GATEWAY === 'true';

/**
 * The whole server with all protocols, on a media engine in memory. For tests that need thousands of negotiations, or that delay one at
 * a certain step, which a real media server cannot do.
 */
export class ServiceStage {
  readonly media: FakeMedia;
  protected readonly config: Config;
  readonly #options: ServeOptions;
  #service: Service | undefined;
  #gateway: Gateway | undefined;
  #node: NodeRooms | undefined;

  /** @param media Default: one of its own */
  constructor(config: GivenConfig = {}, options: ServeOptions = {}, media = new FakeMedia()) {
    this.media = media;
    this.config = configOf({ port: 0, host: '127.0.0.1', ...clusterOptions(), ...config });
    this.#options = { log: createLog('error', 'text'), ...options };
  }

  /** @returns the address as http://127.0.0.1:port/, with PATH_PREFIX if there is one */
  async start(): Promise<string> {
    const node = this.config.redisUrl === '' ? undefined : await this.#startNode();
    const given = { ...this.#options, node };
    const options = throughGateway ? { ...given, passing: passing('the owner', new GivenOwner()) } : given;
    this.#service = await serve(this.config, this.media, options);
    const { url } = this.#service;
    if (throughGateway) this.#gateway = await Gateway.start(nodeAt('the owner', url), this.config);
    return new URL(new URL(url).pathname, this.origin).href;
  }

  async stop(): Promise<void> {
    await this.#service?.stop();
    await this.#gateway?.stop();
    await this.#node?.stop();
  }

  async #startNode(): Promise<NodeRooms> {
    this.#node = await startNode(
      this.config,
      { engine: this.media, servers: [], announced: [], share: () => undefined },
      this.#options.log ?? createLog('error', 'text'),
    );
    return this.#node;
  }

  /** The server that `start` has made. */
  get service(): Service {
    if (!this.#service) throw new Error('The stage is not started');
    return this.#service;
  }

  get rooms(): Rooms {
    return this.service.rooms;
  }

  /** Where clients come to, as http://127.0.0.1:port, without the slash at the end. */
  get origin(): string {
    return this.#gateway?.origin ?? new URL(this.service.url).origin;
  }

  /** The dialect of a class. */
  protected dialect<T extends Dialect>(type: new (...args: never[]) => T): T {
    const found = this.service.dialects.find((dialect) => dialect instanceof type);
    if (!found) throw new Error(`${type.name} is not spoken here`);
    return found as T;
  }
}
