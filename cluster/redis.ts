import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import type { Log } from '../log.js';
import { ClusterError, clusterErrorOf } from './cluster-error.js';
import { connectionOf } from './redis-url.js';
import type { Script } from './scripts/script.js';

/** A command of Redis with its arguments. */
export type Command = readonly [name: string, ...args: (string | number)[]];

export interface HubSettings {
  /** REDIS_URL */
  readonly url: string;
  /** What Redis calls the connections, for people that look at it. */
  readonly name: string;
  /** REDIS_WAIT_REPLICAS: a write counts when so many replicas have it. */
  readonly waitReplicas: number;
}

export interface HubListener {
  /** Both connections stand: commands are answered, and all channels are subscribed. Called again after each loss. */
  connected(): void;
  disconnected(): void;
  message(channel: string, text: string): void;
}

/**
 * The two connections of a node to Redis: one for commands, one for its subscriptions. They come back by themselves. Nothing waits in them:
 * what cannot be answered now fails with AWAY, and who sent it knows whether to send it again.
 */
export class Hub {
  readonly #commands: Redis;
  readonly #subscription: Redis;
  readonly #settings: HubSettings;
  readonly #channels = new Set<string>();
  readonly #listeners = new Set<HubListener>();
  #waiting: (() => void)[] = [];
  #isConnected = false;
  #isSubscribed = false;
  #isGathering = false;
  #replicas: Promise<void> | undefined;

  /** Connects when `connect` is called. */
  constructor(settings: HubSettings, log: Log) {
    this.#settings = settings;
    const commands = (this.#commands = connectionFor(settings, 'commands'));
    const subscription = (this.#subscription = connectionFor(settings, 'subscription'));
    for (const redis of [commands, subscription]) {
      redis.on('error', (error: Error) => {
        log.debug('A connection to Redis failed', { error: error.message });
      });
      redis.on('close', () => {
        if (redis === subscription) this.#isSubscribed = false;
        this.#note();
      });
    }
    commands.on('ready', () => {
      this.#note();
    });
    subscription.on('ready', () => {
      this.#subscribe([...this.#channels]).catch(() => undefined);
    });
    subscription.on('message', (channel: string, text: string) => {
      for (const listener of this.#listeners) listener.message(channel, text);
    });
  }

  /** Whether both connections stand. */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Resolves when both connections stand. */
  async connection(): Promise<void> {
    while (!this.#isConnected) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** @returns a function that ends it */
  listen(listener: HubListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * The first connection, which is tried once.
   * @throws ClusterError AWAY when there is none
   */
  async connect(): Promise<void> {
    try {
      await Promise.all([this.#commands.connect(), this.#subscription.connect()]);
    } catch (error) {
      this.close();
      throw new ClusterError('AWAY', error instanceof Error ? error.message : String(error), { cause: error });
    }
  }

  /** Also after each loss of the connection. Rejects with AWAY when the channel is not subscribed now. */
  async subscribe(channel: string): Promise<void> {
    this.#channels.add(channel);
    await this.#subscribe([channel]);
  }

  /** @throws ClusterError AWAY, or an error of Redis */
  async call(...[name, ...args]: Command): Promise<unknown> {
    this.#gather();
    try {
      return await this.#commands.call(name, args);
    } catch (error) {
      throw this.#explained(error);
    }
  }

  /** Executes several commands, one behind the other. @throws as `call`, when one fails */
  async all(commands: readonly Command[]): Promise<unknown[]> {
    return Promise.all(commands.map(async (command) => this.call(...command)));
  }

  /** @throws ClusterError, or an error of Redis */
  async run({ sha, text }: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    const rest = [keys.length, ...keys, ...args];
    this.#gather();
    try {
      return await this.#commands.call('EVALSHA', [sha, ...rest]);
    } catch (error) {
      // Redis has been started again, or is another one.
      if (error instanceof Error && error.message.startsWith('NOSCRIPT')) return this.call('EVAL', text, ...rest);
      throw this.#explained(error);
    }
  }

  /**
   * Resolves when as many replicas as are wanted have all that was written before.
   * @throws ClusterError AWAY when they do not have it in time
   */
  async replicated(): Promise<void> {
    if (this.#settings.waitReplicas === 0) return;
    // One question for all that was answered in this turn.
    this.#replicas ??= new Promise<void>((resolve) => {
      queueMicrotask(resolve);
    }).then(async () => {
      this.#replicas = undefined;
      const count = Number(await this.call('WAIT', this.#settings.waitReplicas, replicasWithinMs));
      if (count < this.#settings.waitReplicas) {
        throw new ClusterError('AWAY', `${count} of ${this.#settings.waitReplicas} replicas have the last writes`);
      }
    });
    return this.#replicas;
  }

  /** Connects anew, where a connection seems to stand and nothing is answered. */
  reconnect(): void {
    for (const redis of [this.#commands, this.#subscription]) if (redis.status === 'ready') redis.disconnect(true);
  }

  /** For good. What is not answered fails with AWAY. */
  close(): void {
    this.#commands.disconnect();
    this.#subscription.disconnect();
  }

  async #subscribe(channels: readonly string[]): Promise<void> {
    try {
      if (channels.length > 0) await this.#subscription.subscribe(...channels);
    } catch (error) {
      throw this.#explained(error);
    }
    this.#isSubscribed = true;
    this.#note();
  }

  /** Commands that are sent one behind the other are one write, and one packet for Redis: a write costs more than a command. */
  #gather(): void {
    if (this.#isGathering || this.#commands.status !== 'ready') return;
    const { stream } = this.#commands;
    this.#isGathering = true;
    stream.cork();
    process.nextTick(() => {
      this.#isGathering = false;
      stream.uncork();
    });
  }

  #note(): void {
    const isConnected = this.#isSubscribed && this.#commands.status === 'ready';
    if (isConnected === this.#isConnected) return;
    this.#isConnected = isConnected;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
    for (const listener of this.#listeners) {
      if (isConnected) listener.connected();
      else listener.disconnected();
    }
  }

  /** Errors of Redis have a class of their own; all others are about the connection. */
  #explained(error: unknown): unknown {
    const isReply = error instanceof Error && error.name === 'ReplyError';
    return clusterErrorOf(error, !isReply);
  }
}

const manners: RedisOptions = {
  lazyConnect: true,
  connectTimeout: 2_000,
  retryStrategy: pauseBefore,
  enableOfflineQueue: false,
  // What was not answered when the connection was lost fails at once.
  maxRetriesPerRequest: 0,
  autoResubscribe: false,
  // After a fail-over the former primary takes no writes: the new one is to be found.
  reconnectOnError: ({ message }) => (message.startsWith('READONLY') ? 1 : false),
};

const replicasWithinMs = 50;

function connectionFor({ url, name }: HubSettings, role: string): Redis {
  // The type of the constructor wants to see how maps are answered: as lists.
  return new Redis({ ...connectionOf(url), ...manners, connectionName: `${name}:${role}`, replyMapping: 'legacy' });
}

/** In ms; a part of it is chance, so that not all nodes come at once. @param attempt 1 for the first */
function pauseBefore(attempt: number): number {
  return Math.min(500, 25 * 2 ** attempt) * (0.75 + Math.random() / 2);
}
