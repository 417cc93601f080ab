import type { Log } from '../log.js';
import type { Clock } from './clock.js';
import { CommitBudget } from './commit-budget.js';
import { endOfTurn } from './end-of-turn.js';
import { RoomJournal } from './journal.js';
import type { ClaimedRoom, JournalContext, JournalOwner } from './journal-context.js';
import type { Hub } from './redis.js';
import type { LogBounds } from './room-log.js';
import type { RoomStore } from './room-store.js';

/** How long a journal waits after Redis has refused a write, in ms. */
const pauseMs = 200;

/** What the node hears of all its journals. */
export interface JournalHooks {
  /** How long a commit took, in ms. */
  readonly committed?: (ms: number) => void;
  /** What a room of this node has sent to this node (`RoomJournal.send`). */
  readonly toSelf?: (text: string) => void;
}

/** The journals of the rooms that this node owns. */
export class Journals {
  readonly #context: JournalContext;
  readonly #store: RoomStore;
  readonly #open = new Set<RoomJournal>();
  #stop: () => void;

  constructor(
    hub: Hub,
    store: RoomStore,
    bounds: LogBounds,
    clock: Clock,
    log: Log,
    { committed = () => undefined, toSelf = () => undefined }: JournalHooks = {},
  ) {
    this.#store = store;
    const recovery = async (): Promise<void> => {
      await new Promise<void>((resolve) => {
        clock.later(pauseMs, resolve);
      });
      await hub.connection();
    };
    const budget = new CommitBudget();
    const atEndOfTurn = endOfTurn(clock);
    const { nodeId } = store;
    this.#context = { nodeId, store, clock, log, bounds, budget, recovery, atEndOfTurn, committed, toSelf };
    const tick = (): void => {
      for (const journal of this.all) journal.tick();
      this.#stop = clock.later(bounds.resumeMs, tick);
    };
    this.#stop = clock.later(bounds.resumeMs, tick);
  }

  /** Those that have not ended. */
  get all(): readonly RoomJournal[] {
    for (const journal of this.#open) if (journal.hasEnded) this.#open.delete(journal);
    return [...this.#open];
  }

  /** Of all rooms, in memory. Redis has as much. */
  get logBytes(): number {
    return this.all.reduce((sum, { log }) => sum + log.bytes, 0);
  }

  /** @param sessions ids of the sessions that the state of the room holds */
  begin(room: ClaimedRoom, sessions: Iterable<string>, owner: JournalOwner): RoomJournal {
    const journal = new RoomJournal(room, sessions, this.#context, owner);
    this.#open.add(journal);
    return journal;
  }

  /**
   * Steps down from the rooms that another node has taken, before this one goes on after a pause. Writes again what Redis has lost.
   * @throws ClusterError AWAY when Redis does not say
   */
  async check(): Promise<void> {
    const journals = this.all;
    const owners = await this.#store.ownersOf(journals.map(({ ownership }) => ownership.hash));
    for (const [index, journal] of journals.entries()) {
      journal.redisHas(owners[index]);
    }
  }

  /** Ends all of them without a word to Redis. */
  close(): void {
    this.#stop();
    for (const journal of this.#open) journal.end();
    this.#open.clear();
  }
}
