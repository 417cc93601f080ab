import { ClusterError } from '../../../cluster/cluster-error.js';
import type { JournalContext } from '../../../cluster/journal-context.js';
import type { Position } from '../../../cluster/position.js';
import type { Claim, Commit, LoggedFrame, OwnerInRedis, Ownership, WholeRoom } from '../../../cluster/room-store.js';
import type { ModelRedis } from './model-redis.js';
import type { ModelProcess, Schedule } from './schedule.js';

export interface ConnectionSettings {
  readonly nodeId: string;
  readonly redis: ModelRedis;
  readonly schedule: Schedule;
  readonly process: ModelProcess;
  /** Left out: effects happen before Redis has the commit. */
  readonly commitsFirst: boolean;
}

export interface ConnectionListener {
  connected(): void;
  disconnected(): void;
  heard(text: string): void;
}

/** How long a command or an answer is on its way, in ms. */
const leastMs = 0.1;
const mostMs = 2;

/** The connections of a node to Redis. What is not answered when they are cut fails, whether it was executed or not. */
export class ModelConnection {
  readonly #settings: ConnectionSettings;
  #generation = 0;
  #isConnected = true;
  #arrivesAt = 0;
  #answersAt = 0;
  #hearsAt = 0;
  readonly #open = new Set<(error: unknown) => void>();
  #waiting: (() => void)[] = [];
  readonly #listener: ConnectionListener;

  constructor(settings: ConnectionSettings, listener: ConnectionListener) {
    this.#settings = settings;
    this.#listener = listener;
  }

  /** Whether Redis has it as a subscriber. */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  async connection(): Promise<void> {
    while (!this.#isConnected) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** The connections are lost, and stand again after that many ms. */
  cut(ms: number): void {
    const { schedule, process } = this.#settings;
    this.#generation += 1;
    const generation = this.#generation;
    this.#isConnected = false;
    const open = [...this.#open];
    this.#open.clear();
    schedule.after(
      0,
      () => {
        this.#listener.disconnected();
        for (const fail of open) fail(new ClusterError('AWAY', 'the connection is lost'));
      },
      process,
    );
    schedule.after(ms, () => {
      if (this.#generation !== generation || process.isDead) return;
      this.#isConnected = true;
      schedule.after(
        0,
        () => {
          for (const go of this.#waiting.splice(0)) go();
          this.#listener.connected();
        },
        process,
      );
    });
  }

  /** The process is dead. */
  end(): void {
    this.#generation += 1;
    this.#isConnected = false;
  }

  /** A message of the node's channel. Redis keeps their order. */
  hear(text: string): void {
    const { schedule, process } = this.#settings;
    const generation = this.#generation;
    this.#hearsAt = Math.max(
      this.#hearsAt,
      schedule.now + schedule.between(leastMs, schedule.happens(0.02) ? 60 : mostMs),
    );
    schedule.after(this.#hearsAt - schedule.now, () => {
      if (this.#generation !== generation) return;
      schedule.after(
        0,
        () => {
          this.#listener.heard(text);
        },
        process,
      );
    });
  }

  /** As `JournalContext.store`. */
  get store(): JournalContext['store'] {
    const { nodeId, redis, commitsFirst, process } = this.#settings;
    return {
      commit: async (ownership: Ownership, turn: Commit) => {
        redis.gathered(ownership, turn);
        const answer = this.ask(() => redis.commit(nodeId, ownership, turn));
        if (commitsFirst) return answer;
        answer.catch(() => undefined);
        return process.isDead ? answer : [];
      },
      rewrite: async (ownership: Ownership, room: WholeRoom) => this.ask(() => redis.rewrite(nodeId, ownership, room)),
      handover: async (ownership: Ownership, seq: number, to: string) =>
        this.ask(() => redis.handover(nodeId, ownership, seq, to)),
      close: async (ownership: Ownership) =>
        this.ask(() => {
          redis.close(nodeId, ownership);
        }),
      logAfter: async (hash: string, after: Position, limit: number) =>
        this.ask(() => redis.logAfter(hash, after, limit)),
      logSince: async (hash: string, after: Position, limit: number) => this.logSince(hash, after, limit),
    };
  }

  async claim(hash: string, name: string, seen?: string): Promise<Claim> {
    const { redis, nodeId } = this.#settings;
    return this.ask(() => redis.claim(nodeId, hash, name, seen));
  }

  async ownerOf(hash: string): Promise<OwnerInRedis | undefined> {
    return this.ask(() => this.#settings.redis.ownerOf(hash));
  }

  async roomOf(session: string): Promise<string | undefined> {
    return this.ask(() => this.#settings.redis.roomOf(session));
  }

  async logSince(hash: string, after: Position, limit: number): Promise<readonly LoggedFrame[] | undefined> {
    return this.ask(() => this.#settings.redis.logSince(hash, after, limit));
  }

  /** Commands are executed in their order, and answered in it. @throws ClusterError AWAY */
  async ask<T>(run: () => T): Promise<T> {
    if (!this.#isConnected) throw new ClusterError('AWAY', 'there is no connection');
    const { schedule, process, redis } = this.#settings;
    const generation = this.#generation;
    const { era } = redis;
    return new Promise<T>((resolve, reject) => {
      this.#open.add(reject);
      const { now } = schedule;
      this.#arrivesAt = Math.max(this.#arrivesAt, now + schedule.between(leastMs, mostMs));
      schedule.after(this.#arrivesAt - now, () => {
        const isCut = this.#generation !== generation;
        // It may have been in Redis before the connection was lost.
        if (redis.era !== era || (isCut && schedule.happens(0.5))) return;
        let answer: () => void;
        try {
          const value = run();
          answer = () => {
            resolve(value);
          };
        } catch (error) {
          answer = () => {
            reject(error instanceof Error ? error : new Error(String(error)));
          };
        }
        if (isCut) return;
        this.#answersAt = Math.max(this.#answersAt, schedule.now + schedule.between(leastMs, mostMs));
        schedule.after(this.#answersAt - schedule.now, () => {
          if (this.#generation !== generation) return;
          this.#open.delete(reject);
          schedule.after(0, answer, process);
        });
      });
    });
  }
}
