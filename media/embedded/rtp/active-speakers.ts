import { Loudness, windowMs } from './loudness.js';

export interface ActiveSpeaker {
  readonly id: string;
  /** As `Loudness.level`. */
  readonly level: number;
}

/** Finds those that speak, of several streams of audio. Times are in ms. */
export class ActiveSpeakers {
  readonly #limit: number;
  readonly #streams = new Map<string, Loudness>();
  #speakers: readonly ActiveSpeaker[] = [];
  #windowAt: number | undefined;

  /** @param limit as that of `Loudness` */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Begins to watch a stream. Its packets are to be told to what this returns. */
  add(id: string): Loudness {
    const loudness = new Loudness(this.#limit);
    this.#streams.set(id, loudness);
    return loudness;
  }

  remove(id: string): void {
    this.#streams.delete(id);
  }

  /** To be called often. @returns those that speak, the loudest first, when that has changed */
  tick(now: number): readonly ActiveSpeaker[] | undefined {
    this.#windowAt ??= now;
    const ms = now - this.#windowAt;
    if (ms < windowMs) return undefined;
    this.#windowAt = now;
    const former = this.#speakers;
    const speakers: ActiveSpeaker[] = [];
    for (const [id, loudness] of this.#streams) {
      loudness.windowEnded(ms, now);
      if (loudness.speaks(now)) speakers.push({ id, level: loudness.level });
    }
    speakers.sort((one, other) => other.level - one.level);
    this.#speakers = speakers;
    const isSame =
      speakers.length === former.length &&
      speakers.every(({ id, level }, place) => id === former[place]?.id && level === former[place].level);
    return isSame ? undefined : speakers;
  }
}
