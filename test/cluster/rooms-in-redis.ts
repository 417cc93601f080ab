import { Names, roomHash } from '../../cluster/names.js';
import type { NodeSettings } from '../../cluster/node.js';
import { Hub } from '../../cluster/redis.js';
import type { HubSettings } from '../../cluster/redis.js';
import { RoomStore } from '../../cluster/room-store.js';
import type { Commit, StoreSettings, WholeRoom } from '../../cluster/room-store.js';
import { RecordingLog } from '../support/recording-log.js';
import type { RedisServer } from '../support/redis-server.js';

export const names = new Names('test:');
export const garden = roomHash('garden');

/** A node as Redis sees it: its connections, and what it writes with them. */
export class NodeInRedis {
  readonly id: string;
  readonly hub: Hub;
  readonly store: RoomStore;
  readonly heard: string[] = [];

  private constructor(id: string, hub: Hub, settings: Partial<StoreSettings>) {
    this.id = id;
    this.hub = hub;
    const reads = { oldest: 1, newest: 1 };
    this.store = new RoomStore(hub, names, { nodeId: id, reads, writes: 1, resumeMs: 30_000, ...settings });
    hub.listen({
      connected: () => undefined,
      disconnected: () => undefined,
      message: (_channel, text) => {
        this.heard.push(text);
      },
    });
  }

  /** Alive until `die`. */
  static async start(
    redis: RedisServer,
    id: string,
    { waitReplicas = 0, ...settings }: Partial<StoreSettings & HubSettings> = {},
  ): Promise<NodeInRedis> {
    const hub = new Hub({ url: redis.url, name: id, waitReplicas }, new RecordingLog());
    await hub.connect();
    await hub.subscribe(names.channelOf(id));
    await hub.call('HSET', names.node(id), 'state', 'up');
    return new NodeInRedis(id, hub, settings);
  }

  /** As after `kill -9`: the connections are closed, and the key is still there. */
  die(): void {
    this.hub.close();
  }
}

/** A turn that changes nothing, but for what is given. */
export function turn(given: Partial<Commit>): Commit {
  const from = given.from ?? 0;
  return {
    from,
    to: from + Math.max(1, given.entries?.length ?? 0),
    changes: new Map(),
    entries: [],
    sends: [],
    sessions: { keep: [], forget: [] },
    summary: undefined,
    trim: undefined,
    ...given,
  };
}

/** A room as its owner has it: the garden, empty but for what is given. */
export function whole(given: Partial<WholeRoom>): WholeRoom {
  return {
    name: 'garden',
    version: 1,
    seq: 0,
    state: new Map(),
    log: [],
    sends: [],
    sessions: [],
    summary: undefined,
    ...given,
  };
}

/** Of a whole node, which is soon dead when it is stopped. */
export function nodeSettings(redisUrl: string): NodeSettings {
  return {
    ...{ redisUrl, redisPrefix: 'test:', redisWaitReplicas: 0 },
    ...{ nodeName: '', nodeRegion: '', nodeUrl: '', version: '1', digest: '' },
    ...{ leaseMs: 1_500, resumeMs: 30_000, logEntries: 2_000, logBytes: 1_048_576 },
    reads: { oldest: 1, newest: 1 },
  };
}
