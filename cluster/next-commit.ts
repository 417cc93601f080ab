import type { ClusterError } from './cluster-error.js';
import type { Turn } from './commit-line.js';
import { FormerLog } from './former-log.js';
import { FoundSessions } from './found-sessions.js';
import type { ClaimedRoom, JournalContext, JournalOwner } from './journal-context.js';
import { KeptFields } from './kept-fields.js';
import { PendingTurn, textOf } from './pending-turn.js';
import type { SentText } from './pending-turn.js';
import { positionText, readPosition } from './position.js';
import type { Position } from './position.js';
import { RoomLog } from './room-log.js';
import { trimmedField } from './room-store.js';
import type { WholeRoom } from './room-store.js';
import { RoomSummary } from './room-summary.js';

/** What a room has in Redis, and what its next commit changes there. */
export class NextCommit {
  readonly log: RoomLog;
  readonly #room: ClaimedRoom;
  readonly #context: Pick<JournalContext, 'nodeId' | 'store' | 'clock' | 'toSelf'>;
  readonly #owner: JournalOwner;
  readonly #fields: KeptFields;
  readonly #sessions: FoundSessions;
  readonly #summary: RoomSummary;
  readonly #former: FormerLog;
  readonly #bounds: JournalContext['bounds'];
  readonly #begunAt: number;
  /** Called when there is something to write. */
  readonly #onChange: () => void;
  #pending = new PendingTurn();
  #seq: number;

  /** @param sessions ids of the sessions that the state holds */
  constructor(
    room: ClaimedRoom,
    sessions: Iterable<string>,
    context: JournalContext,
    owner: JournalOwner,
    onChange: () => void,
  ) {
    const { store, clock, bounds } = context;
    this.#room = room;
    this.#context = context;
    this.#owner = owner;
    this.#onChange = onChange;
    this.#seq = room.seq;
    this.#bounds = bounds;
    this.#begunAt = clock.now();
    this.log = new RoomLog(bounds);
    this.#fields = new KeptFields(room.state, (field) => {
      context.log.error('A field of a room is too long to be kept', { room: room.name, field });
    });
    this.#sessions = new FoundSessions(sessions, this.#begunAt);
    this.#summary = new RoomSummary(clock, onChange, room.summary);
    this.#former = new FormerLog(room, store, room.state.size === 0);
  }

  /** After all that is gathered. */
  get position(): Position {
    return { epoch: this.#room.epoch, seq: this.#seq };
  }

  get isEmpty(): boolean {
    return this.#pending.isEmpty;
  }

  /** Whether there is something to write that nobody has asked for now. */
  get isDue(): boolean {
    const now = this.#context.clock.now();
    return this.#summary.isDue || this.#sessions.areDue(now) || (this.#former.isRead && this.log.isBeyondBounds(now));
  }

  /** As `RoomJournal.kept`. */
  kept(field: string): string | undefined {
    return this.#fields.get(field);
  }

  /** As `RoomJournal.set`. */
  set(field: string, text: string | (() => string)): void {
    if (typeof text === 'string') this.#fields.check(field, text);
    const { changes } = this.#pending;
    if (!changes.has(field) && this.#fields.get(field) === text) return;
    changes.set(field, text);
    this.#onChange();
  }

  remove(field: string): void {
    const { changes } = this.#pending;
    if (!changes.has(field) && this.#fields.get(field) === undefined) return;
    changes.set(field, undefined);
    this.#onChange();
  }

  append(slots: string, frame: string): void {
    this.#pending.entries.push({ slots, frame });
    this.#onChange();
  }

  /** As `RoomJournal.send`. */
  send(node: string, text: SentText): void {
    const { nodeId, toSelf } = this.#context;
    if (node === nodeId) {
      this.#pending.effects.push((from, to) => {
        const made = textOf(text, from, to);
        return () => {
          toSelf(made);
        };
      });
    } else this.#pending.sends.push({ node, text });
    this.#onChange();
  }

  keepSession(id: string): void {
    this.#sessions.add(id);
    this.#pending.sessions.set(id, true);
    this.#onChange();
  }

  forgetSession(id: string): void {
    this.#sessions.remove(id);
    this.#pending.sessions.set(id, false);
    this.#onChange();
  }

  /** As `RoomSummary.change`. */
  summarize(make: () => string | undefined, withinMs?: number): void {
    this.#summary.change(make, withinMs);
  }

  /** @param effect happens when the commit has succeeded. @param dropped called when it never will */
  after(effect: () => void, dropped?: (error: ClusterError) => void): void {
    this.#pending.effects.push(() => effect);
    if (dropped) this.#pending.dropped.push(dropped);
    this.#onChange();
  }

  /** Everything up to now, which is not in the next one any more. */
  gather(): Turn {
    const now = this.#context.clock.now();
    const from = this.position;
    const { epoch } = from;
    this.#owner.gathering?.(from);
    // The frames of this turn are in the log before it is trimmed: they may be more than it takes.
    const { entries } = this.#pending;
    entries.forEach((entry, index) => {
      this.log.append({ ...entry, at: { epoch, seq: from.seq + index + 1 } }, now);
    });
    const last = this.#trim(now);
    if (last) this.#pending.changes.set(trimmedField, positionText(last));
    const pending = this.#pending;
    this.#pending = new PendingTurn();
    // Each commit has a position of its own, so that a lost one is noticed even if it has no frames.
    const to = { epoch, seq: from.seq + Math.max(1, entries.length) };
    this.#seq = to.seq;
    const changes = this.#fields.take(pending.changes);
    if (this.#sessions.areDue(now)) {
      this.#sessions.written(now);
      for (const id of this.#sessions.all) pending.sessions.set(id, true);
    }
    return pending.turn(from, to, changes, this.#summary.take(), last);
  }

  /** As `RoomJournal.readFormerLog`. @throws ClusterError AWAY */
  async readFormerLog(): Promise<void> {
    const isNew = !this.#former.isRead;
    await this.#former.read(
      readPosition(this.#fields.get(trimmedField) ?? '') ?? { epoch: 0, seq: 0 },
      (frames) => {
        this.log.putBefore(frames, this.#begunAt);
      },
      () => {
        const at = { epoch: this.#room.epoch, seq: 0 };
        this.#fields.take(new Map([[trimmedField, positionText(at)]]));
        this.#owner.logLost?.(at);
      },
    );
    if (isNew && this.isDue) this.#onChange();
  }

  /** For rooms in which nothing happens: what former owners told is old enough to leave the log. */
  tick(): void {
    const isFormerDue = this.#context.clock.now() - this.#begunAt > this.#bounds.resumeMs;
    if (isFormerDue && !this.#former.isRead) this.readFormerLog().catch(() => undefined);
    if (this.isDue) this.#onChange();
  }

  /** All that was gathered. @throws ClusterError AWAY */
  async whole(): Promise<Omit<WholeRoom, 'sends'>> {
    // What former owners told is in Redis alone, if it is still there.
    await this.readFormerLog();
    const { name, version } = this.#room;
    return {
      ...{ name, version, seq: this.#seq, state: this.#fields.all, log: this.log.frames },
      sessions: [...this.#sessions.all],
      summary: this.#summary.written,
    };
  }

  /** There is no next one. */
  end(error: ClusterError): void {
    this.#summary.close();
    for (const drop of this.#pending.dropped) drop(error);
    this.#pending = new PendingTurn();
  }

  /** @returns up to where entries leave the log with this commit */
  #trim(now: number): Position | undefined {
    if (!this.log.isBeyondBounds(now)) return undefined;
    if (!this.#former.isRead) {
      // Those entries are older, and the owner has not seen them.
      this.readFormerLog().catch(() => undefined);
      return undefined;
    }
    const gone = this.log.trim(now);
    this.#owner.trimming(gone);
    return gone.at(-1)?.at;
  }
}
