import { RoomError } from '../../rooms/index.js';
import type { Knocker } from '../../rooms/index.js';

/** The knock of one client at the waiting room of one room, if it waits at one. */
export class Knocks {
  readonly #told: Knocker['told'];
  #present: AbortController | undefined;

  /** @param told what became of it */
  constructor(told: Knocker['told']) {
    this.#told = told;
  }

  get isWaiting(): boolean {
    return this.#present !== undefined;
  }

  /**
   * Joins a room by `join`, which may begin to knock there. Then a former knock, at this room or another one, is over, as it is when the
   * client comes in.
   */
  async during<Result>(join: (knocker: Knocker) => Promise<Result>): Promise<Result> {
    const next = new AbortController();
    try {
      const result = await join({ told: this.#told, gone: next.signal });
      this.gone();
      return result;
    } catch (error) {
      if (error instanceof RoomError && error.code === 'waiting') {
        this.gone();
        this.#present = next;
      }
      throw error;
    }
  }

  /** The client waits no more. */
  gone(): void {
    this.#present?.abort();
    this.#present = undefined;
  }
}
