/** Called with the time in ms of a monotonic clock. */
export type Beat = (now: number) => void;

const periodMs = 50;

/** The only timer of the media objects, every 50 ms. All that repeats or times out is called by it. */
export class Pulse {
  readonly #beats = new Set<Beat>();
  readonly #failed: (error: unknown) => void;
  readonly #clock: () => number;
  #timer: NodeJS.Timeout | undefined;

  /** `failed` is called with what a beat throws: a defect in one endpoint must not stop the others. */
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
