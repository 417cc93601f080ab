import type { Clock } from './clock.js';
import type { Names } from './names.js';
import type { Hub } from './redis.js';
import { roomsMessage } from './room-store.js';
import { texts } from './texts.js';

/** Hears of rooms of all nodes. `summary` is undefined when the room was closed. */
export type RoomWatcher = (hash: string, summary: string | undefined) => void;

/** What was read may be so old, in ms. */
const freshMs = 1_000;

/** The rooms of all nodes, as their owners summarize them. */
export class RoomList {
  readonly #hub: Hub;
  readonly #names: Names;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #watchers = new Set<RoomWatcher>();
  readonly #stop: () => void;
  #read: { readonly at: number; readonly summaries: Promise<Map<string, string>> } | undefined;

  constructor(hub: Hub, names: Names, clock: Pick<Clock, 'now'>) {
    this.#hub = hub;
    this.#names = names;
    this.#clock = clock;
    this.#stop = hub.listen({
      connected: () => undefined,
      disconnected: () => undefined,
      message: (channel, text) => {
        if (channel === names.roomsChannel) this.#hear(text);
      },
    });
  }

  /** By hash, at most a second old. @throws ClusterError AWAY */
  async summaries(): Promise<ReadonlyMap<string, string>> {
    const now = this.#clock.now();
    if (this.#read && now - this.#read.at < freshMs) return this.#read.summaries;
    const summaries = this.#hub.call('HGETALL', this.#names.rooms).then((answer) => new Map(texts.parse(answer)));
    const read = { at: now, summaries };
    this.#read = read;
    // What failed is asked for again at once.
    summaries.catch(() => {
      if (this.#read === read) this.#read = undefined;
    });
    return summaries;
  }

  /** This node has closed a room, which would be listed until the next reading. */
  closed(hash: string): void {
    this.#read?.summaries.then(
      (summaries) => summaries.delete(hash),
      () => undefined,
    );
  }

  /**
   * A room was opened or closed, or has changed. A message may be lost: `summaries` is what counts.
   * @returns a function that ends it. @throws ClusterError AWAY: then it is heard from the next connection on
   */
  async watch(watcher: RoomWatcher): Promise<() => void> {
    this.#watchers.add(watcher);
    await this.#hub.subscribe(this.#names.roomsChannel);
    return () => this.#watchers.delete(watcher);
  }

  close(): void {
    this.#stop();
    this.#watchers.clear();
  }

  #hear(text: string): void {
    const { success, data } = roomsMessage.safeParse(parsed(text));
    if (!success) return;
    for (const watcher of this.#watchers) watcher(data.r, data.s);
  }
}

/** Undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
