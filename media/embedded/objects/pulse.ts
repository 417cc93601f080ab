/** Called with the time in ms of a monotonic clock. */
export type Beat = (now: number) => void;

const periodMs = 50;

/** The only timer of the media objects, every 50 ms. All that repeats or times out is called by it. */
export class Pulse {
  readonly #beats = new Map<Beat, (error: unknown) => void>();
  readonly #clock: () => number;
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: () => number = () => performance.now()) {
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
    for (const [beat, failed] of this.#beats) {
      try {
        beat(now);
      } catch (error) {
        failed(error);
      }
    }
  }

  /** `failed` is called with what the beat throws: a defect in one element must not stop the others. It must not throw. */
  add(beat: Beat, failed: (error: unknown) => void): void {
    this.#beats.set(beat, failed);
  }

  remove(beat: Beat): void {
    this.#beats.delete(beat);
  }
}
