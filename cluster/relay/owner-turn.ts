import type { UnusedRule, WireFrame } from '../port.js';
import { pair } from '../position.js';
import type { Position } from '../position.js';
import { controlText, isControl } from './control.js';
import type { OwnerLine } from './owner-line.js';
import type { Member, OwnerMembers } from './owner-members.js';
import { slotsText } from './told-slots.js';
import { TurnEntries } from './turn-entries.js';
import type { TurnEntry } from './turn-entries.js';

/** One entry of a turn, as the log will have it. */
export interface ToldEntry {
  readonly seq: number;
  readonly slots: string;
  readonly text: string;
  /** Those that hear of it. */
  readonly gateways: ReadonlySet<string>;
}

/** A line that goes on with a session. */
interface Bound {
  readonly line: OwnerLine;
  readonly member: Member;
  /** The entry that says so. */
  readonly entry: TurnEntry;
}

/** What is in one commit of a room. */
export interface GatheredTurn {
  /** Where the commit ends. */
  readonly to: Position;
  readonly told: readonly ToldEntry[];
  /** Lines that go on with a session from a position: the client hears what comes after it. */
  readonly bound: readonly { readonly line: OwnerLine; readonly member: Member; readonly at: Position }[];
}

/** What is said in a room at its owner since the last commit was gathered, and who hears of it. */
export class OwnerTurn {
  readonly #textOf: (frame: WireFrame) => string;
  readonly #members: OwnerMembers;
  #entries: TurnEntries;
  #bound: Bound[] = [];
  /** Slots that were left. */
  readonly #left = new Set<number>();
  /** Gateways that hear of a slot although its line is not there any more. */
  readonly #leaving = new Map<number, Set<string>>();

  constructor(textOf: (frame: WireFrame) => string, members: OwnerMembers) {
    this.#textOf = textOf;
    this.#members = members;
    this.#entries = new TurnEntries(textOf);
  }

  tell(slot: number, frame: WireFrame): void {
    this.#entries.tell(slot, frame);
  }

  /** The connection of the slot is to be closed. */
  close(slot: number, code: number, reason: string): void {
    this.#entries.control(slot, controlText({ t: 'close', code, reason }));
  }

  /** The session is told over the line from here on. @param after the position after which it has missed something */
  bind(line: OwnerLine, member: Member, after: Position | undefined): void {
    const { id, gateway } = line;
    const text = controlText({
      ...{ t: 'bind', c: id, g: gateway, last: member.session.counts ? member.session.lastRequest : undefined },
      ...(after && { after: pair(after) }),
      ...(line.direct.length > 0 && { x: line.direct.map(({ number, text: told }) => [number, told] as const) }),
    });
    // The log has them from here on.
    line.heard(line.directCount);
    this.#bound.push({ line, member, entry: this.#entries.control(member.slot, text) });
  }

  /** Nobody has the slot any more. @param n up to which number the messages of its line were served */
  left(slot: number, n: number, evicted: boolean, unlessUsed?: UnusedRule, away?: true): void {
    this.#entries.control(slot, controlText({ t: 'left', n, evicted, unlessUsed, away }));
    this.#left.add(slot);
  }

  /** The gateway of a line that has ended hears what this turn says of the slot. */
  hears(slot: number, gateway: string): void {
    const gateways = this.#leaving.get(slot);
    if (gateways) gateways.add(gateway);
    else this.#leaving.set(slot, new Set([gateway]));
  }

  /** Everything since the last time. @param from where its commit begins */
  take(from: Position): GatheredTurn {
    const { all: entries } = this.#entries;
    const slots = new Set([...this.#members.slots, ...this.#left]);
    for (const entry of entries) for (const slot of entry.slots) slots.add(slot);
    const told = entries.map((entry, index) => ({
      seq: from.seq + index + 1,
      slots: isControl(entry.text) ? [...entry.slots].join(',') : slotsText(entry.slots, slots),
      text: entry.text,
      gateways: this.#gatewaysOf(entry.slots),
    }));
    const bound = this.#placesIn(entries, from);
    this.#entries = new TurnEntries(this.#textOf);
    this.#bound = [];
    this.#left.clear();
    this.#leaving.clear();
    return { to: { epoch: from.epoch, seq: from.seq + Math.max(1, told.length) }, told, bound };
  }

  #placesIn(entries: readonly TurnEntry[], from: Position): GatheredTurn['bound'] {
    if (this.#bound.length === 0) return [];
    const places = new Map(entries.map((entry, index) => [entry, index]));
    return this.#bound.map(({ line, member, entry }) => {
      const at = { epoch: from.epoch, seq: from.seq + (places.get(entry) ?? 0) };
      return { line, member, at };
    });
  }

  #gatewaysOf(slots: ReadonlySet<number>): Set<string> {
    const gateways = new Set<string>();
    for (const slot of slots) {
      const gateway = this.#members.at(slot)?.line?.gateway;
      if (gateway !== undefined) gateways.add(gateway);
      for (const former of this.#leaving.get(slot) ?? []) {
        // One that seems to be dead is told all or nothing: it reads the log when it speaks again.
        if (this.#members.thatLostTo(former).length === 0) gateways.add(former);
      }
    }
    return gateways;
  }
}
