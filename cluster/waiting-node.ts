import type { Clock } from './clock.js';

export interface WaitingNodeOptions {
  readonly clock: Pick<Clock, 'later'>;
  /** NODE_URL of each other node that lived when Redis last answered; empty where it has none. */
  readonly others: () => readonly string[];
  /** Whether the node at that URL may act. Must not reject. */
  readonly acts: (url: string) => Promise<boolean>;
  /** Closes the connections of all clients. */
  readonly sendAway: (code: number, reason: string) => void;
  /** Lets go of all rooms. Redis may have kept them. */
  readonly letGo: () => void;
}

const askEveryMs = 1_000;
/** When Redis comes back, one node finds it a moment before the others. */
const actsInARow = 2;
/** How long clients stay at a node that cannot find out whether the others act, in ms. */
const unsureMs = 8_000;
/** How long clients stay at a node while no node acts, in ms. */
const longestMs = 60_000;
/** How long rooms are kept in memory, so that all goes on in them when Redis is back, in ms. */
const keptMs = 600_000;

/**
 * A node that may not act, since Redis does not answer it. Requests of its clients wait. Where another node acts they are sent away, to
 * come back there: this node alone is cut off. Its rooms stay for longer, and what they have on media servers.
 */
export class WaitingNode {
  readonly #options: WaitingNodeOptions;
  /** Since when the node waits: of no other wait. */
  #wait: Wait | undefined;

  constructor(options: WaitingNodeOptions) {
    this.#options = options;
  }

  /** The node may not act. */
  frozen(): void {
    if (this.#wait) return;
    const wait: Wait = (this.#wait = { stops: new Set(), acted: 0 });
    const { others, sendAway, letGo } = this.#options;
    const all = others();
    const urls = all.filter((url) => url !== '');
    if (urls.length > 0) {
      this.#each(wait, askEveryMs, () => {
        void this.#ask(wait, urls);
      });
    } else if (all.length > 0) {
      this.#each(wait, unsureMs, () => {
        sendAway(1012, 'Another node may go on');
      });
    }
    this.#each(wait, longestMs, () => {
      sendAway(1013, 'Try again later');
    });
    this.#each(wait, keptMs, letGo);
  }

  /** The node may act again, or has ended. */
  up(): void {
    for (const stop of this.#wait?.stops ?? []) stop();
    this.#wait = undefined;
  }

  async #ask(wait: Wait, urls: readonly string[]): Promise<void> {
    const act = await Promise.all(urls.map(async (url) => this.#options.acts(url)));
    if (this.#wait !== wait) return;
    wait.acted = act.includes(true) ? wait.acted + 1 : 0;
    if (wait.acted >= actsInARow) this.#options.sendAway(1012, 'Another node goes on');
  }

  /** Again and again, as clients may come meanwhile. */
  #each({ stops }: Wait, ms: number, run: () => void): void {
    const again = (): void => {
      const stop = this.#options.clock.later(ms, () => {
        stops.delete(stop);
        again();
        run();
      });
      stops.add(stop);
    };
    again();
  }
}

interface Wait {
  readonly stops: Set<() => void>;
  /** How often in a row another node said that it acts. */
  acted: number;
}
