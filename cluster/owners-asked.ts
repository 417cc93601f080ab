import { inBatches } from './in-batches.js';
import type { Owner, RoomStore } from './room-store.js';

/** Rooms that are asked for by one script: a millisecond of Redis. */
const batch = 250;

/** Asks Redis who owns rooms. What is asked in one turn is one question: after the death of a node it is asked for all of its rooms. */
export class OwnersAsked {
  readonly #store: Pick<RoomStore, 'lookUp'>;
  #waiting: { readonly hash: string; readonly resolve: (owner: Promise<Owner | undefined>) => void }[] = [];

  constructor(store: Pick<RoomStore, 'lookUp'>) {
    this.#store = store;
  }

  /** Undefined for a room without an owner. @throws ClusterError AWAY */
  async of(hash: string): Promise<Owner | undefined> {
    return new Promise((resolve) => {
      this.#waiting.push({ hash, resolve });
      if (this.#waiting.length === 1) setImmediate(this.#ask);
    });
  }

  readonly #ask = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const some of inBatches(waiting, batch)) {
      const owners = this.#store.lookUp(some.map(({ hash }) => hash));
      for (const [index, { resolve }] of some.entries()) resolve(owners.then((all) => all[index]));
    }
  };
}
