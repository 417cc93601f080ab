/** A process of the model: what happens to it waits while it is frozen, and never happens once it is dead. */
export class ModelProcess {
  isDead = false;
  isFrozen = false;
}

interface Event {
  readonly at: number;
  readonly order: number;
  readonly process: ModelProcess | undefined;
  run: (() => void) | undefined;
}

/** Time and chance of a model: everything that happens is an event of it. Equal seeds make equal runs. */
export class Schedule {
  readonly random: () => number;
  #now = 0;
  #order = 0;
  readonly #events: Event[] = [];
  #held: Event[] = [];
  #count = 0;

  constructor(seed: number) {
    this.random = chance(seed);
  }

  get now(): number {
    return this.#now;
  }

  /** How many events there were. */
  get count(): number {
    return this.#count;
  }

  /** A number between the two. */
  between(least: number, most: number): number {
    return least + this.random() * (most - least);
  }

  happens(probability: number): boolean {
    return this.random() < probability;
  }

  one<T>(list: readonly T[]): T {
    const taken = list[Math.floor(this.random() * list.length)];
    if (taken === undefined) throw new Error('there is nothing to choose from');
    return taken;
  }

  /** @param process in which it happens; undefined: in the network. @returns a function that cancels it */
  after(ms: number, run: () => void, process?: ModelProcess): () => void {
    const event: Event = { at: this.#now + ms, order: (this.#order += 1), process, run };
    this.#push(event);
    return () => {
      event.run = undefined;
    };
  }

  freeze(process: ModelProcess): void {
    process.isFrozen = true;
  }

  /** All that has waited happens now, in its order. */
  thaw(process: ModelProcess): void {
    process.isFrozen = false;
    const due = this.#held.filter((event) => event.process === process);
    this.#held = this.#held.filter((event) => event.process !== process);
    for (const { run } of due) this.after(0, () => run?.(), process);
  }

  /** Runs what happens in that time. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (let event = this.#next(end); event; event = this.#next(end)) {
      this.#now = Math.max(this.#now, event.at);
      if (event.run === undefined || event.process?.isDead === true) continue;
      if (event.process?.isFrozen === true) {
        this.#held.push(event);
        continue;
      }
      this.#count += 1;
      event.run();
      await settled();
    }
    this.#now = end;
  }

  /** The next one is the last of the list. */
  #push(event: Event): void {
    const events = this.#events;
    let [low, high] = [0, events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = events[middle];
      if (other && isBefore(event, other)) low = middle + 1;
      else high = middle;
    }
    events.splice(low, 0, event);
  }

  #next(end: number): Event | undefined {
    const next = this.#events.at(-1);
    return next && next.at <= end ? this.#events.pop() : undefined;
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

/** Resolves when all promises have gone as far as they can. */
async function settled(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.nextTick(resolve);
  });
}

/** Numbers from 0 to 1. */
function chance(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
