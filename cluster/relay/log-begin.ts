import type { RoomJournal } from '../journal.js';
import { comparePositions } from '../position.js';
import type { Position } from '../position.js';
import type { LoggedFrame } from '../room-store.js';
import { isFor } from '../slots.js';
import { isControl } from './control.js';
import type { KeptSessions } from './kept-sessions.js';
import type { Member, OwnerMembers } from './owner-members.js';

/** More than any client has received. */
const unknownCount = 2 ** 40;

/** Where the log of a room begins, which decides whether a client that comes back can be told what it has missed. */
export class LogBegin {
  readonly #log: RoomJournal['log'];
  readonly #members: OwnerMembers;
  readonly #kept: KeptSessions;
  /** The log has nothing before this. */
  #at: Position | undefined;

  /** @param at undefined for a log that has everything */
  constructor(at: Position | undefined, log: RoomJournal['log'], members: OwnerMembers, kept: KeptSessions) {
    this.#at = at;
    this.#log = log;
    this.#members = members;
    this.#kept = kept;
  }

  /** These leave the log: clients that count have to know how many there were. */
  trimming(frames: readonly LoggedFrame[]): void {
    const last = frames.at(-1);
    if (!last) return;
    const counts: Record<string, number> = {};
    for (const member of this.#members.all) {
      if (!member.session.counts) continue;
      member.count += frames.filter((entry) => isToldTo(member, entry)).length;
      counts[member.slot] = member.count;
    }
    this.#at = last.at;
    this.#kept.setTold(last.at, counts);
  }

  /** The log was lost: how many messages clients were told before this position is not known any more. Those join anew. */
  lost(at: Position): void {
    const counts: Record<string, number> = {};
    for (const member of this.#members.all) {
      if (!member.session.counts || !member.since || comparePositions(member.since, at) >= 0) continue;
      counts[member.slot] = member.count = unknownCount;
    }
    this.#at = at;
    this.#kept.setTold(at, counts);
  }

  /**
   * The position after which a client has missed something. Undefined when the log does not reach back that far.
   * @param received how many messages it has, if it counts. @param written up to where its connection has written
   */
  missedAfter(member: Member, received: number | undefined, written: Position | undefined): Position | undefined {
    const { session, since, count } = member;
    const begin = later(since, this.#at);
    // It has entered in this very turn.
    if (!begin) return undefined;
    if (session.counts && received !== undefined) {
      const told = this.#log.after(begin).filter((entry) => isToldTo(member, entry));
      const had = received - count;
      if (had < 0 || had > told.length) return undefined;
      return had === 0 ? begin : told[had - 1]?.at;
    }
    const after = later(since, written);
    return after && this.#at && comparePositions(after, this.#at) < 0 ? undefined : after;
  }
}

function isToldTo({ slot, since }: Member, { at, slots, frame }: LoggedFrame): boolean {
  return !isControl(frame) && since !== undefined && comparePositions(at, since) > 0 && isFor(slots, slot);
}

function later(one: Position | undefined, other: Position | undefined): Position | undefined {
  if (!one || !other) return one ?? other;
  return comparePositions(one, other) < 0 ? other : one;
}
