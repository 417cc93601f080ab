/** One entry that a turn adds to the log. */
export interface TurnEntry {
  readonly slots: Set<number>;
  readonly text: string;
}

/** What is told to one slot or more. */
interface Told extends TurnEntry {
  /** When it was told first. */
  readonly index: number;
  /** How many slots are to be told something else before. */
  blocked: number;
  /** What happens to a session comes after what has happened to others. */
  readonly control: boolean;
}

/**
 * What is told in a room in one turn of the event loop. A message that is told to several sessions is one entry, as long as each session
 * still hears everything in its order.
 *
 * Sessions tell one after the other all that they have for their client in this turn, so the order in which it is told here says little. Of a
 * hundred clients that join at once, each has an answer of its own and then hears of all that come after it: these are two hundred entries,
 * and not five thousand, as soon as each answer comes before what others were told first.
 */
export class TurnEntries {
  /** What each slot is told, in its order. */
  readonly #bySlot = new Map<number, Told[]>();
  /** By the message; several where a slot is told it again. */
  readonly #byFrame = new Map<object, Told[]>();
  readonly #controls: Told[] = [];
  readonly #textOf: (frame: Buffer) => string;
  #count = 0;
  #sorted: readonly TurnEntry[] | undefined;

  constructor(textOf: (frame: Buffer) => string) {
    this.#textOf = textOf;
  }

  /** In an order that is right for each slot, and otherwise that in which they were told. */
  get all(): readonly TurnEntry[] {
    return (this.#sorted ??= this.#sort());
  }

  tell(slot: number, frame: Buffer): void {
    const known = this.#byFrame.get(frame) ?? [];
    if (known.length === 0) this.#byFrame.set(frame, known);
    let told = known.find(({ slots }) => !slots.has(slot));
    if (!told) {
      told = this.#begin(this.#textOf(frame), false);
      known.push(told);
    }
    this.#add(slot, told);
  }

  /** What happens to the session in that slot. All of this is in order: a client that leaves may come back in another slot. */
  control(slot: number, text: string): TurnEntry {
    const told = this.#begin(text, true);
    this.#controls.push(told);
    this.#add(slot, told);
    return told;
  }

  #begin(text: string, control: boolean): Told {
    this.#count += 1;
    return { slots: new Set(), text, index: this.#count, blocked: 0, control };
  }

  #add(slot: number, told: Told): void {
    this.#sorted = undefined;
    told.slots.add(slot);
    const list = this.#bySlot.get(slot);
    if (list) list.push(told);
    else this.#bySlot.set(slot, [told]);
  }

  #sort(): readonly TurnEntry[] {
    const all: TurnEntry[] = [];
    const free = new Free();
    const next = new Map<Told[], number>();
    for (const list of this.#bySlot.values()) for (const [at, told] of list.entries()) if (at > 0) told.blocked += 1;
    for (const told of this.#controls.slice(1)) told.blocked += 1;
    for (const told of new Set([...this.#bySlot.values()].map(([first]) => first))) {
      if (told?.blocked === 0) free.add(told);
    }
    let control = 0;
    const release = (told: Told | undefined): void => {
      if (!told) return;
      told.blocked -= 1;
      if (told.blocked === 0) free.add(told);
    };
    const pass = (told: Told, slots: Iterable<number>): void => {
      for (const slot of slots) {
        const list = this.#bySlot.get(slot) ?? [];
        const at = (next.get(list) ?? 0) + 1;
        next.set(list, at);
        release(list[at]);
      }
      if (told.control) release(this.#controls[(control += 1)]);
    };
    const parts = new Map<Told, Set<number>>();
    for (;;) {
      const told = free.take();
      if (told) {
        const slots = parts.get(told) ?? told.slots;
        all.push(slots === told.slots ? told : { slots, text: told.text });
        pass(told, slots);
        continue;
      }
      // Two slots are told the same two messages in different orders: one of them becomes two entries.
      const stuck = this.#stuck(next);
      if (!stuck) return all;
      const [first, ready] = stuck;
      const left = new Set([...(parts.get(first) ?? first.slots)].filter((slot) => !ready.has(slot)));
      parts.set(first, left);
      all.push({ slots: ready, text: first.text });
      pass(first, ready);
    }
  }

  /** The first of what is next for some of its slots, and these slots. */
  #stuck(next: ReadonlyMap<Told[], number>): [Told, Set<number>] | undefined {
    let first: Told | undefined;
    const slots = new Set<number>();
    for (const [slot, list] of this.#bySlot) {
      const told = list[next.get(list) ?? 0];
      if (!told || told.control) continue;
      if (!first || told.index < first.index) {
        first = told;
        slots.clear();
      }
      if (told === first) slots.add(slot);
    }
    return first && [first, slots];
  }
}

/** What may come next, the first that was told first: a heap. */
class Free {
  readonly #heap: Told[] = [];

  add(told: Told): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(told);
    for (;;) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (at === 0 || !parent || parent.index < told.index) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = told;
  }

  take(): Told | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (!last || first === last) return first;
    let at = 0;
    for (;;) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
      const child = right && left && right.index < left.index ? 2 * at + 2 : 2 * at + 1;
      const least = heap[child];
      if (!least || least.index > last.index) break;
      heap[at] = least;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}
