import { comparePositions } from '../position.js';
import type { Position } from '../position.js';
import { isFor } from '../slots.js';
import type { GatewayLine } from './gateway-line.js';

/** The lines of a room at a gateway, and the slots that are told over them. */
export class GatewayLines {
  readonly #byId = new Map<string, GatewayLine>();
  readonly #bySlot = new Map<number, GatewayLine>();
  /** Lines that the present owner has answered: it need not be told about them again. */
  readonly #known = new Set<string>();
  /** By line that was not served at the last call of `late`: up to where it was, and for how many calls already. */
  #waiting = new Map<string, { readonly done: number; readonly calls: number }>();

  get size(): number {
    return this.#byId.size;
  }

  get all(): readonly GatewayLine[] {
    return [...this.#byId.values()];
  }

  /** Lines that are not served, or of which the owner may not know, or of whose beginning the log was not read. */
  get due(): readonly GatewayLine[] {
    return this.all.filter(({ unserved, id, hasBegun }) => unserved > 0 || !hasBegun || !this.#known.has(id));
  }

  /** Those of `due` whose clients wait for something. */
  get waiting(): readonly GatewayLine[] {
    return this.all.filter(({ unserved, hasBegun }) => unserved > 0 || !hasBegun);
  }

  /** Called each second. @returns those of `due` that have waited for so many calls, and begin to wait again */
  late(calls: number): readonly GatewayLine[] {
    const before = this.#waiting;
    this.#waiting = new Map();
    const late: GatewayLine[] = [];
    for (const line of this.due) {
      const { id, done } = line;
      const waiting = before.get(id);
      const waited = waiting?.done === done ? waiting.calls + 1 : 0;
      if (waited >= calls) late.push(line);
      this.#waiting.set(id, { done, calls: waited >= calls ? 0 : waited });
    }
    return late;
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  get(id: string): GatewayLine | undefined {
    return this.#byId.get(id);
  }

  at(slot: number): GatewayLine | undefined {
    return this.#bySlot.get(slot);
  }

  add(line: GatewayLine): void {
    this.#byId.set(line.id, line);
  }

  /** The session of the slot is told over the line from here on. */
  bind(slot: number, line: GatewayLine): void {
    this.#bySlot.set(slot, line);
    line.slot = slot;
  }

  /** Nobody is told anything any more. */
  unbindAll(): void {
    this.#bySlot.clear();
  }

  /** Runs something with each line that is told what an entry with these slots says. */
  forEachOf(slots: string, run: (line: GatewayLine) => void): void {
    if (slots === '*') for (const line of this.#bySlot.values()) run(line);
    else if (slots.startsWith('!')) {
      for (const [slot, line] of this.#bySlot) if (isFor(slots, slot)) run(line);
    } else
      for (const slot of slots.split(',')) {
        const line = this.#bySlot.get(Number(slot));
        if (line) run(line);
      }
  }

  /** Nothing comes or goes over the line any more. @returns its messages that were not served */
  end(line: GatewayLine): string[] {
    this.#byId.delete(line.id);
    this.#known.delete(line.id);
    if (line.slot !== undefined && this.#bySlot.get(line.slot) === line) this.#bySlot.delete(line.slot);
    return line.end();
  }

  /** Whether the owner knows the line. */
  isKnown(id: string): boolean {
    return this.#known.has(id);
  }

  /** The owner has answered these. */
  noteKnown(ids: Iterable<string>): void {
    for (const id of ids) this.#known.add(id);
  }

  /** The owner says that it does not know the line. */
  noteUnknown(id: string): void {
    this.#known.delete(id);
  }

  /** Another owner may know none of them. */
  forgetKnown(): void {
    this.#known.clear();
  }

  /** Up to where all was written, also to a socket that was closed before that, as long as the owner does not know of that. */
  writtenUpTo(position: Position | undefined): Position | undefined {
    let written = position;
    for (const { closedAt } of this.#byId.values()) {
      if (written && closedAt && comparePositions(closedAt, written) < 0) written = closedAt;
    }
    return written;
  }
}
