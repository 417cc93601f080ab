import { z } from 'zod';
import type { Log } from '../log.js';
import type { Clock } from './clock.js';
import type { Names } from './names.js';
import type { OwnedRooms } from './owned-rooms.js';
import { ElsewhereError } from './cluster-error.js';
import type { Hub } from './redis.js';

export interface GivenRoomsContext {
  readonly hub: Pick<Hub, 'call'>;
  readonly names: Names;
  readonly nodeId: string;
  readonly clock: Pick<Clock, 'later'>;
  readonly log: Log;
  readonly owned: Pick<OwnedRooms, 'all' | 'ownGiven'>;
  /** Hashes of what this node owns and is no room: worlds. */
  readonly besides: () => readonly string[];
  /** Whether this node may act. */
  readonly isUp: () => boolean;
}

const everyMs = 1_000;

/**
 * Looks for rooms that this node owns and does not know of: somebody gave it a room, and the message was lost. Asks Redis for their number,
 * and for more only when that was wrong twice.
 */
export class GivenRooms {
  readonly #context: GivenRoomsContext;
  #wasWrong = false;
  #hasClosed = false;
  #stop: () => void;

  constructor(context: GivenRoomsContext) {
    this.#context = context;
    this.#stop = context.clock.later(everyMs, this.#tick);
  }

  close(): void {
    this.#hasClosed = true;
    this.#stop();
  }

  readonly #tick = (): void => {
    void this.#look()
      .catch((error: unknown) => {
        this.#context.log.debug('The rooms of this node could not be counted', { error: String(error) });
      })
      .finally(() => {
        if (!this.#hasClosed) this.#stop = this.#context.clock.later(everyMs, this.#tick);
      });
  };

  async #look(): Promise<void> {
    const { hub, names, nodeId, owned, besides, isUp } = this.#context;
    if (!isUp()) return;
    const key = names.roomsOf(nodeId);
    const isWrong = (await hub.call('SCARD', key)) !== [...owned.all].length + besides().length;
    const isSure = isWrong && this.#wasWrong;
    this.#wasWrong = isWrong;
    if (!isSure) return;
    const hashes = z.array(z.string()).parse(await hub.call('SMEMBERS', key));
    const known = new Set([...[...owned.all].map(({ hash }) => hash), ...besides()]);
    for (const hash of hashes) if (!known.has(hash)) await this.#own(hash);
  }

  async #own(hash: string): Promise<void> {
    const { hub, names, nodeId, owned, log } = this.#context;
    try {
      await owned.ownGiven(hash);
    } catch (error) {
      log.debug('A room of this node was not taken', { hash, error: String(error) });
      // A set that says otherwise is wrong: Redis has lost writes.
      if (error instanceof ElsewhereError) await hub.call('SREM', names.roomsOf(nodeId), hash);
    }
  }
}
