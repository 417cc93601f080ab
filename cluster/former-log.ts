import { ClusterError } from './cluster-error.js';
import type { Position } from './position.js';
import type { LoggedFrame, Ownership, RoomStore } from './room-store.js';

/** Entries of former owners that are read at once. */
const mostRead = 2_000;

/** What former owners of a room told: in Redis, and read from there when it is first needed. */
export class FormerLog {
  readonly #ownership: Ownership;
  readonly #store: Pick<RoomStore, 'logAfter' | 'logSince'>;
  #isRead: boolean;
  #reading: Promise<void> | undefined;

  /** @param isRead whether there is none: the room has just been opened */
  constructor(ownership: Ownership, store: Pick<RoomStore, 'logAfter' | 'logSince'>, isRead: boolean) {
    this.#ownership = ownership;
    this.#store = store;
    this.#isRead = isRead;
  }

  get isRead(): boolean {
    return this.#isRead;
  }

  /**
   * Reads it once, as far as Redis has it.
   * @param after what is older has left the log
   * @param found called with it. @param lost called before, where Redis has lost that there ever was one. @throws ClusterError AWAY
   */
  async read(after: Position, found: (frames: readonly LoggedFrame[]) => void, lost: () => void): Promise<void> {
    if (this.#isRead) return;
    this.#reading ??= this.#read(after, found, lost).finally(() => (this.#reading = undefined));
    await this.#reading;
  }

  async #read(after: Position, found: (frames: readonly LoggedFrame[]) => void, lost: () => void): Promise<void> {
    const { hash, epoch } = this.#ownership;
    const frames: LoggedFrame[] = [];
    let at = after;
    // Owners that did not have the room for long may have read nothing of it, so that it is more than one of them would keep.
    for (let isEnd = false; !isEnd && at.epoch < epoch;) {
      const some = await this.#store.logAfter(hash, at, mostRead);
      frames.push(...some.filter((frame) => frame.at.epoch < epoch));
      at = some.at(-1)?.at ?? at;
      isEnd = some.length < mostRead;
    }
    if (frames.length === 0 && !(await this.#isThere())) lost();
    this.#isRead = true;
    found(frames);
  }

  /** Whether Redis has anything of former owners, if only that there were some. */
  async #isThere(): Promise<boolean> {
    const { hash, epoch } = this.#ownership;
    const end = { epoch: epoch - 1, seq: Number.MAX_SAFE_INTEGER };
    try {
      return (await this.#store.logSince(hash, end, 1)) !== undefined;
    } catch (error) {
      if (error instanceof ClusterError && error.code === 'GONE') return false;
      throw error;
    }
  }
}
