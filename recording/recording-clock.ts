/** The clock of one recording, in ms: it begins with the recording, never jumps, and rests in pauses. */
export class RecordingClock {
  readonly #now: () => number;
  #origin: number;
  #pausedAt: number | undefined;

  /** @param now in ms, from any beginning; it never goes back */
  constructor(now: () => number) {
    this.#now = now;
    this.#origin = now();
  }

  /** A whole number. */
  get elapsedMs(): number {
    return Math.round((this.#pausedAt ?? this.#now()) - this.#origin);
  }

  pause(): void {
    this.#pausedAt ??= this.#now();
  }

  resume(): void {
    if (this.#pausedAt === undefined) return;
    this.#origin += this.#now() - this.#pausedAt;
    this.#pausedAt = undefined;
  }
}
