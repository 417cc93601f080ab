import type { CarriedMedia } from '../media/port.js';
import type { Later } from './later.js';
import { Quality, lostAfterMs } from './quality.js';
import type { QualityLevel, QualityReport } from './quality.js';

/** Whose quality is watched. */
export interface QualityOwner {
  /** In ms since 1970. */
  readonly now: () => number;
  readonly later: Later;
  /** What the media server tells of all its streams. */
  readonly carried: () => CarriedMedia | undefined;
  /** The level is another one. */
  readonly changed: () => void;
}

/** The client of a participant, as its dialect sees it. */
export interface HeardClient {
  /** For how long nothing was heard of it that was due, in ms; without a connection since it was lost. */
  readonly silentMs: number;
}

/** A client that is lost may be back at any time. */
const lostLookMs = 1_000;

/** Follows the quality of one participant whose client reports it. The timer runs from the first report on. */
export class QualityWatch {
  readonly quality: Quality;
  readonly #owner: QualityOwner;
  #client: HeardClient | undefined;
  #stop = (): void => undefined;

  /** @param former the level in another process */
  constructor(owner: QualityOwner, former: QualityLevel | undefined) {
    this.#owner = owner;
    this.quality = new Quality(former);
  }

  /** @throws RoomError `too-many` */
  reported(report: QualityReport, client: HeardClient): void {
    const { carried, now } = this.#owner;
    const isFirst = this.#client === undefined;
    this.#changing(() => {
      this.quality.take(report, carried(), now());
    });
    this.#client = client;
    if (isFirst) this.#lookLater(client);
  }

  stop(): void {
    this.#client = undefined;
    this.#stop();
  }

  #lookLater(client: HeardClient): void {
    const untilLost = Math.max(0, lostAfterMs - client.silentMs);
    const ms = this.quality.level === 'lost' || untilLost === 0 ? lostLookMs : untilLost;
    this.#stop = this.#owner.later(ms, () => {
      this.#changing(() => {
        this.quality.look(client.silentMs, this.#owner.carried());
      });
      // What others were told may have ended it.
      if (this.#client) this.#lookLater(client);
    });
  }

  #changing(change: () => void): void {
    const before = this.quality.level;
    change();
    if (this.quality.level !== before) this.#owner.changed();
  }
}
