/** Time between two looks at a connection whose packets do not come, in ms. */
const soonMs = 500;
/** Every so many looks also those are looked at whose packets come. */
const calmLooks = 4;

/** What the watch looks at. */
export interface Watched {
  /** Whether its packets come. */
  readonly flows: boolean;
  /** Reads its statistics. Never rejects. */
  look(): Promise<void>;
}

/** Looks at the media connections of a room, all with one timer, so that it is known whether their packets come. */
export class MediaWatch {
  readonly #watched = new Set<Watched>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #looks = 0;
  #looking = false;

  add(watched: Watched): void {
    this.#watched.add(watched);
    this.#timer ??= setInterval(() => void this.#look(), soonMs);
  }

  remove(watched: Watched): void {
    this.#watched.delete(watched);
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #look(): Promise<void> {
    // A busy browser takes long to answer.
    if (this.#looking) return;
    this.#looking = true;
    const all = this.#looks++ % calmLooks === 0;
    await Promise.all([...this.#watched].filter(({ flows }) => all || !flows).map((each) => each.look()));
    this.#looking = false;
  }
}
