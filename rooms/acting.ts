import { tooMany } from './errors.js';
import { noGrants } from './grants.js';
import type { Grants } from './grants.js';
import type * as api from './index.js';
import { Participant } from './participant.js';
import { assertMay } from './rights.js';
import type { Action } from './rights.js';
import type { Room } from './room.js';

/** Somebody who acts on a room with rights: a participant, or a program that has shown the administrator's right for the room. */
export type Actor = Participant | api.Administrator;

/** One line of the log for each change that a moderator makes. */
export interface AuditEntry {
  /** The id of the participant, or the name of the key. */
  readonly actor: string;
  readonly action: string;
  readonly room: string;
  /** The id of a participant, of somebody who waits, of a ban, or of a recording; empty for the room itself. */
  readonly target: string;
  readonly outcome: 'done' | 'refused';
}

/** What one does. */
export interface Act {
  /** For the log. */
  readonly action: string;
  readonly needs: Action;
  readonly target: Participant | string;
}

/** Of one participant, in `periodMs`. */
const maxVerbs = 20;
const periodMs = 10_000;

/** When the last verbs of each moderator were said. */
const verbTimes = new WeakMap<Participant, number[]>();

/** One actor on one room: what it may do at that moment, how fast, and the log of it. */
export class Acting {
  readonly actor: Actor;
  readonly #room: Room;
  readonly #audit: (entry: AuditEntry) => void;

  constructor(room: Room, actor: Actor, audit: (entry: AuditEntry) => void) {
    this.#room = room;
    this.actor = actor;
    this.#audit = audit;
  }

  /** The id of a participant, or the name of a program's key. */
  get name(): string {
    return this.actor instanceof Participant ? this.actor.id : this.actor.administrator;
  }

  get grants(): Grants {
    const { actor } = this;
    if (actor instanceof Participant) return actor.room === this.#room ? actor.grants : noGrants;
    return actor.bearer.grantsIn(this.#room.name);
  }

  /** @throws RoomError `not-allowed`, `participant-closed` */
  assertMay(action: Action): void {
    const { actor } = this;
    // The rights of a participant end with its membership, and never reach another room.
    if (actor instanceof Participant && actor.room === this.#room) actor.assertMay(action);
    else assertMay(this.grants, action);
  }

  /** @throws RoomError `not-allowed`, `too-many`, `participant-not-found`, and as `verb` */
  do<Result>(act: Act, verb: () => Result): Result {
    try {
      this.#assertAllowed(act);
      const result = verb();
      this.#log(act, 'done');
      return result;
    } catch (error) {
      this.#log(act, 'refused');
      throw error;
    }
  }

  /** As `do`, of what takes its time: it is logged once it is known how it went. @param done what is done, when `verb` says that */
  async doInTime<Result>(act: Act, verb: () => Promise<Result>, done = (_: Result): Act => act): Promise<Result> {
    try {
      this.#assertAllowed(act);
      const result = await verb();
      this.#log(done(result), 'done');
      return result;
    } catch (error) {
      this.#log(act, 'refused');
      throw error;
    }
  }

  #assertAllowed({ needs, target }: Act): void {
    this.assertMay(needs);
    this.#assertPace();
    if (target instanceof Participant) this.#room.assertHas(target);
  }

  #log({ action, target }: Act, outcome: AuditEntry['outcome']): void {
    const id = target instanceof Participant ? target.id : target;
    this.#audit({ actor: this.name, action, room: this.#room.name, target: id, outcome });
  }

  /** Only participants: programs pay as all requests of REST do. */
  #assertPace(): void {
    const { actor } = this;
    if (!(actor instanceof Participant)) return;
    const now = this.#room.now();
    const times = (verbTimes.get(actor) ?? []).filter((time) => time > now - periodMs);
    const [first] = times;
    if (times.length >= maxVerbs && first !== undefined) throw tooMany('You moderate too fast', first + periodMs - now);
    verbTimes.set(actor, [...times, now]);
  }
}
