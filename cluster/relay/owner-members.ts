import type { RelaySession } from '../port.js';
import type { Position } from '../position.js';
import type { KeptSessions } from './kept-sessions.js';
import type { OwnerLine } from './owner-line.js';

/** A session that is in the room. */
export interface Member {
  readonly slot: number;
  readonly session: RelaySession;
  /** Kept when the session has ended and its id is empty. */
  readonly sessionId: string;
  /** Over which it is told; undefined while the client is away. */
  line: OwnerLine | undefined;
  /** What it is told comes after this; undefined until the turn in which it entered is gathered. */
  since: Position | undefined;
  /** How many messages it was told that are not in the log any more, for a client that counts. */
  count: number;
  /** Up to where its last connection has written, once that is lost. */
  lostAt: Position | undefined;
  /** Its line to a gateway that seems to be dead: that goes on if the gateway lives after all. */
  lost: Pick<OwnerLine, 'id' | 'gateway' | 'done' | 'bound' | 'after'> | undefined;
}

/** The sessions that are in a room, by the slots of their participants. */
export class OwnerMembers {
  readonly #bySlot = new Map<number, Member>();
  /** Those that the journal does not have as they are. */
  readonly #dirty = new Set<Member>();
  readonly #kept: KeptSessions;

  constructor(kept: KeptSessions) {
    this.#kept = kept;
  }

  get size(): number {
    return this.#bySlot.size;
  }

  get all(): readonly Member[] {
    return [...this.#bySlot.values()];
  }

  get slots(): readonly number[] {
    return [...this.#bySlot.keys()];
  }

  at(slot: number): Member | undefined {
    return this.#bySlot.get(slot);
  }

  has(member: Member): boolean {
    return this.#bySlot.get(member.slot) === member;
  }

  withSession(id: string): Member | undefined {
    return this.all.find(({ session }) => session.id === id);
  }

  /** Those whose lines ended at a gateway that seemed to be dead. */
  thatLostTo(gateway: string): readonly Member[] {
    return this.all.filter((member) => !member.line && member.lost?.gateway === gateway);
  }

  add(member: Member): void {
    this.#bySlot.set(member.slot, member);
  }

  remove(member: Member): void {
    this.#bySlot.delete(member.slot);
    this.#dirty.add(member);
  }

  /** The journal has to hear of the member with the next commit. */
  changed(member: Member): void {
    this.#dirty.add(member);
  }

  clear(): void {
    this.#bySlot.clear();
  }

  /** Writes what has changed into the journal. */
  keep(): void {
    for (const member of this.#dirty) {
      if (this.has(member)) this.#kept.setMember(member);
      else if (!this.#bySlot.has(member.slot)) this.#kept.removeMember(member.slot);
    }
    this.#dirty.clear();
  }
}
