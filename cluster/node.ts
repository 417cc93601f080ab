import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Log } from '../log.js';
import { systemClock } from './clock.js';
import type { Clock } from './clock.js';
import { Counts } from './counts.js';
import { Directory } from './directory.js';
import type { TakenRoom } from './take-over.js';
import { Journals } from './journals.js';
import type { JournalHooks } from './journals.js';
import { Membership } from './membership.js';
import type { MembershipListener } from './membership.js';
import { Names } from './names.js';
import type { NodeFacts } from './node-facts.js';
import { checkRedis } from './redis-check.js';
import { Hub } from './redis.js';
import { RoomList } from './room-list.js';
import { RoomStore } from './room-store.js';

/** The options of a node (options.ts), and what is not for operators to say. */
export interface NodeSettings {
  readonly redisUrl: string;
  readonly redisPrefix: string;
  readonly redisWaitReplicas: number;
  readonly nodeName: string;
  readonly nodeRegion: string;
  readonly nodeUrl: string;
  readonly leaseMs: number;
  readonly resumeMs: number;
  readonly logEntries: number;
  readonly logBytes: number;
  /** Of the program, for people. */
  readonly version: string;
  /** Versions of journals that this program reads. */
  readonly reads: { readonly oldest: number; readonly newest: number };
  /** Of the options that all nodes share: a node with another one is warned of. */
  readonly digest: string;
}

/** What the server says to its node, and hears of it. */
export interface NodeHooks extends Pick<MembershipListener, 'frozen' | 'up'>, JournalHooks {
  /** Asked with each heartbeat. */
  readonly facts: () => Pick<NodeFacts, 'rooms' | 'sockets' | 'lag' | 'media' | 'engines'> & {
    readonly load: ReadonlyMap<string, number>;
  };
  /** A node is dead. Called again each second while it owns rooms. */
  readonly dead?: (id: string) => void;
  /** A room of a dead node is this node's now. */
  readonly taken: (room: TakenRoom) => Promise<void> | void;
}

/** One of several server processes on one Redis. */
export class ClusterNode {
  /** Of this start: never used again. */
  readonly id = randomBytes(12).toString('base64url');
  readonly counts = new Counts();
  readonly hub: Hub;
  readonly names: Names;
  readonly store: RoomStore;
  readonly journals: Journals;
  readonly membership: Membership;
  readonly directory: Directory;
  readonly rooms: RoomList;
  readonly #reads: NodeSettings['reads'];
  readonly #start: () => Promise<void>;

  /** The version in which rooms are begun now: the newest one that every node reads. */
  get writes(): number {
    const { oldest, newest } = this.#reads;
    return Math.max(oldest, Math.min(newest, ...this.membership.peers.alive.map(({ facts }) => facts.newest)));
  }

  private constructor(settings: NodeSettings, hooks: NodeHooks, log: Log, clock: Clock) {
    const { redisUrl: url, redisWaitReplicas: waitReplicas, reads, resumeMs, leaseMs } = settings;
    const { id: nodeId, counts } = this;
    this.#reads = reads;
    const name = settings.nodeName === '' ? hostname() : settings.nodeName;
    const names = (this.names = new Names(settings.redisPrefix));
    const hub = (this.hub = new Hub({ url, name: `${settings.redisPrefix}${nodeId}`, waitReplicas }, log));
    const writes = (): number => this.writes;
    const store = (this.store = new RoomStore(hub, names, {
      ...{ nodeId, reads, resumeMs },
      get writes() {
        return writes();
      },
    }));
    const journals = (this.journals = new Journals(hub, store, settings, clock, log, {
      ...hooks,
      committed: (ms) => {
        counts.commits.took(ms);
        hooks.committed?.(ms);
      },
    }));
    const facts = () => ({
      name,
      url: settings.nodeUrl,
      region: settings.nodeRegion,
      version: settings.version,
      ...reads,
      digest: settings.digest,
      ...hooks.facts(),
    });
    const membership = (this.membership = new Membership(
      { hub, names, nodeId, leaseMs, clock, log, facts },
      {
        frozen: () => {
          counts.frozen(clock.now());
          hooks.frozen();
        },
        thawing: async () => journals.check(),
        up: () => {
          counts.up(clock.now());
          hooks.up();
        },
        dead: (id) => {
          hooks.dead?.(id);
          void this.directory.takeOver(id);
        },
      },
    ));
    const { taken } = hooks;
    // The hook is for heartbeats: what it says of pauses is since the last one.
    const reach = () => {
      const { media, rooms, sockets } = this.membership.facts ?? hooks.facts();
      return { media, rooms, sockets, ...reads };
    };
    this.directory = new Directory({ hub, names, store, membership, nodeId, clock, log, counts, reach, taken });
    this.rooms = new RoomList(hub, names, clock);
    this.#start = async () => {
      await hub.connect();
      await checkRedis(hub, waitReplicas, log);
      await membership.start();
    };
  }

  /**
   * Resolves when the node is up.
   * @throws UnfitRedisError for a Redis that would lose rooms, ClusterError AWAY when it does not answer
   */
  static async start(settings: NodeSettings, hooks: NodeHooks, log: Log, clock = systemClock): Promise<ClusterNode> {
    const node = new ClusterNode(settings, hooks, log, clock);
    try {
      await node.#start();
    } catch (error) {
      await node.close();
      throw error;
    }
    return node;
  }

  /** Rooms that it owns are taken over by others. */
  async close(): Promise<void> {
    this.directory.close();
    this.rooms.close();
    this.journals.close();
    await this.membership.close();
    this.hub.close();
  }
}
