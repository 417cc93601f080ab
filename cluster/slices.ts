import type { Clock } from './clock.js';

/** How long work for many rooms may keep the event loop, in ms. Then everybody else who wants something of this node has a turn. */
const sliceMs = 10;

type SliceClock = Pick<Clock, 'now' | 'later'>;

interface Work {
  readonly run: () => Promise<void> | void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Runs things one behind the other, in slices: as many in one turn of the event loop as there is time for. */
export class Slices {
  readonly #clock: SliceClock;
  readonly #urgent: Work[] = [];
  readonly #others: Work[] = [];
  #isWorking = false;
  /** When the present slice began. */
  #since = 0;

  constructor(clock: SliceClock) {
    this.#clock = clock;
  }

  /** Resolves when it was run. Rejects as `work` does. @param isUrgent it comes before all that are not */
  async run(work: () => Promise<void> | void, isUrgent = false): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      (isUrgent ? this.#urgent : this.#others).push({ run: work, resolve, reject });
      if (!this.#isWorking) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    this.#since = this.#clock.now();
    while (this.#urgent.length + this.#others.length > 0) {
      await this.#time();
      const next = this.#urgent.shift() ?? this.#others.shift();
      try {
        await next?.run();
        next?.resolve();
      } catch (error) {
        next?.reject(error);
      }
    }
    this.#isWorking = false;
  }

  async #time(): Promise<void> {
    if (this.#clock.now() - this.#since < sliceMs) return;
    await new Promise<void>((resolve) => this.#clock.later(0, resolve));
    this.#since = this.#clock.now();
  }
}

/** Runs something with each of these: with the first ones at once, with those that there is no time for in later turns of the event loop. */
export function inSlices<Each>(clock: SliceClock, all: Iterable<Each>, run: (each: Each) => void): void {
  const left = [...all];
  let next = 0;
  const goOn = (): void => {
    const since = clock.now();
    for (; next < left.length; next += 1) {
      if (clock.now() - since >= sliceMs) {
        clock.later(0, goOn);
        return;
      }
      run(left[next] as Each);
    }
  };
  goOn();
}
