import { slotsText } from './told-slots.js';

/** One entry that a turn adds to the log. */
export interface TurnEntry {
  readonly slots: Set<number>;
  readonly text: string;
}

/**
 * What is told in a room in one turn of the event loop. A message that is told to several sessions is one entry, as long as each session
 * still hears everything in its order.
 */
export class TurnEntries {
  readonly all: TurnEntry[] = [];
  /** The last entry of each message. */
  readonly #byFrame = new Map<object, number>();
  /** The last entry of each slot. */
  readonly #bySlot = new Map<number, number>();
  readonly #textOf: (frame: Buffer) => string;

  constructor(textOf: (frame: Buffer) => string) {
    this.#textOf = textOf;
  }

  tell(slot: number, frame: Buffer): void {
    const same = this.#byFrame.get(frame);
    const entry = same === undefined ? undefined : this.all[same];
    if (same !== undefined && entry && same > (this.#bySlot.get(slot) ?? -1)) {
      entry.slots.add(slot);
      this.#bySlot.set(slot, same);
      return;
    }
    const index = this.#add(slot, this.#textOf(frame));
    this.#byFrame.set(frame, index);
  }

  /** @returns how many entries are before it */
  control(slot: number, text: string): number {
    return this.#add(slot, text);
  }

  slotsOf({ slots }: TurnEntry, all: ReadonlySet<number>): string {
    return slotsText(slots, all);
  }

  #add(slot: number, text: string): number {
    const index = this.all.length;
    this.all.push({ slots: new Set([slot]), text });
    this.#bySlot.set(slot, index);
    return index;
  }
}
