import type { Clock } from './clock.js';

/** How long work for many rooms may keep the event loop, in ms. Then everybody else who wants something of this node has a turn. */
const sliceMs = 10;

type SliceClock = Pick<Clock, 'now' | 'later'>;

/** Runs things one behind the other, in slices: as many in one turn of the event loop as there is time for. */
export class Slices {
  readonly #clock: SliceClock;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;
  /** When the present slice began. */
  #since = 0;

  constructor(clock: SliceClock) {
    this.#clock = clock;
  }

  /** Resolves when it was run. Rejects as `work` does. */
  async run(work: () => Promise<void> | void): Promise<void> {
    if (this.#waiting === 0) this.#since = this.#clock.now();
    this.#waiting += 1;
    const run = this.#last.then(async () => {
      await this.#time();
      await work();
    });
    this.#last = run
      .catch(() => undefined)
      .then(() => {
        this.#waiting -= 1;
      });
    await run;
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
