/** Called with the time in ms of a clock that never steps. */
export type Beat = (now: number) => void;

const periodMs = 50;

/** The one timer of the media core: whatever repeats, reports or notices silence does it on this beat. */
export class Pulse {
  readonly #beats = new Set<Beat>();
  readonly #failed: (error: unknown) => void;
  readonly #clock: () => number;
  #timer: NodeJS.Timeout | undefined;

  /** `failed` hears what a beat throws: a defect in one endpoint must not stop the others. */
  constructor(failed: (error: unknown) => void, clock: () => number = () => performance.now()) {
    this.#failed = failed;
    this.#clock = clock;
  }

  now(): number {
    return this.#clock();
  }

  start(): void {
    this.#timer ??= setInterval(() => {
      this.beat();
    }, periodMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  beat(): void {
    const now = this.now();
    for (const beat of this.#beats) {
      try {
        beat(now);
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  add(beat: Beat): void {
    this.#beats.add(beat);
  }

  remove(beat: Beat): void {
    this.#beats.delete(beat);
  }
}
