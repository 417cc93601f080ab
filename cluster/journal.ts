import { Alarm } from './alarm.js';
import { ClusterError } from './cluster-error.js';
import type { Clock } from './clock.js';
import { CommitLine } from './commit-line.js';
import type { Turn } from './commit-line.js';
import type { CommitBudget } from './commit-budget.js';
import { FoundSessions } from './found-sessions.js';
import { KeptFields } from './kept-fields.js';
import type { Log } from '../log.js';
import { PendingTurn, textOf } from './pending-turn.js';
import type { SentText } from './pending-turn.js';
import { positionText, readPosition } from './position.js';
import type { Position } from './position.js';
import { RoomLog } from './room-log.js';
import type { LogBounds } from './room-log.js';
import { RoomSummary } from './room-summary.js';
import { trimmedField } from './room-store.js';
import type { LoggedFrame, Owner, OwnerInRedis, Ownership, RoomStore } from './room-store.js';

/** A room that a node has claimed, as Redis has it. */
export interface ClaimedRoom extends Ownership {
  readonly name: string;
  readonly version: number;
  readonly seq: number;
  readonly state: ReadonlyMap<string, string>;
}

/** The owner of a room hears of its journal. */
export interface JournalOwner {
  /** A commit is being gathered, which begins at this position: the last moment for what belongs into it. Default: nothing. */
  gathering?(from: Position): void;
  /** These entries leave the log with the commit that is being gathered, and fields may be set yet. */
  trimming(frames: readonly LoggedFrame[]): void;
  /** Redis has lost what former owners told before this node had read it: the log begins here. Default: nothing. */
  logLost?(at: Position): void;
  /** Another node owns the room: step down. Effects that waited will not happen. */
  fenced(error: ClusterError): void;
  /** Nobody listened at that node. */
  deaf(node: string): void;
}

export interface JournalContext {
  readonly nodeId: string;
  readonly store: Pick<RoomStore, 'commit' | 'rewrite' | 'handover' | 'close' | 'logAfter' | 'logSince'>;
  readonly clock: Pick<Clock, 'now' | 'later'>;
  readonly log: Log;
  readonly bounds: LogBounds;
  readonly budget: CommitBudget;
  /** Resolves after a pause, when Redis can be asked again. */
  readonly recovery: () => Promise<void>;
  /** Runs something once the present turn of the event loop is over. */
  readonly atEndOfTurn: (run: () => void) => void;
  /** A commit is in Redis. For metrics. */
  readonly committed?: (ms: number) => void;
  /** What rooms of this node send to this node: it does not pass Redis. */
  readonly toSelf: (text: string) => void;
}

/** Commits of a room that may be under way. Then its turns wait, and become one commit. */
const mostUnderWay = 32;
/** Entries of former owners that are read at once. */
const mostRead = 2_000;

/**
 * What another node needs to become the owner of a room, kept in Redis by the present one. All that changes in one turn of the event loop
 * is one commit. What cannot be taken back is given to `after`: it happens when the commit of its turn has succeeded, or never.
 */
export class RoomJournal {
  readonly name: string;
  readonly ownership: Ownership;
  readonly log: RoomLog;
  readonly #room: ClaimedRoom;
  readonly #context: JournalContext;
  readonly #owner: JournalOwner;
  readonly #line: CommitLine;
  readonly #fields: KeptFields;
  readonly #sessions: FoundSessions;
  #pending = new PendingTurn();
  #seq: number;
  #isScheduled = false;
  #isTouched = false;
  /** For what may wait. */
  readonly #alarm: Alarm;
  #end: ClusterError | undefined;
  /** While the room is handed over or closed. */
  #isLeaving = false;
  /** Called when less is under way than before. */
  #waiting: (() => void)[] = [];
  readonly #summary: RoomSummary;
  /** The log of the former owner: read when it is first needed. */
  #former: Promise<void> | undefined;
  readonly #begunAt: number;
  #isFormerRead: boolean;

  /** @param sessions ids of the sessions that the state holds */
  constructor(room: ClaimedRoom, sessions: Iterable<string>, context: JournalContext, owner: JournalOwner) {
    this.name = room.name;
    this.ownership = { hash: room.hash, epoch: room.epoch };
    this.#room = room;
    this.#context = context;
    this.#owner = owner;
    this.#fields = new KeptFields(room.state, (field) => {
      context.log.error('A field of a room is too long to be kept', { room: room.name, field });
    });
    this.#seq = room.seq;
    this.log = new RoomLog(context.bounds);
    this.#summary = new RoomSummary(context.clock, () => {
      this.#schedule();
    });
    this.#begunAt = context.clock.now();
    this.#alarm = new Alarm(context.clock, () => {
      this.#schedule();
    });
    this.#sessions = new FoundSessions(sessions, this.#begunAt);
    // A room that has just been opened has no former owner.
    this.#isFormerRead = room.state.size === 0;
    const { store, clock, log, recovery } = context;
    const whole = async () => this.#whole();
    this.#line = new CommitLine(
      { store, ownership: this.ownership, clock, log, recovery, whole },
      {
        freed: (count, ms) => {
          this.#freed(count, ms);
        },
        deaf: (node) => {
          owner.deaf(node);
        },
        rewritten: () => {
          log.warn('Redis had lost writes: the room was written again', { room: this.name });
        },
        fenced: (error) => {
          this.#finish(error);
          owner.fenced(error);
        },
      },
    );
  }

  /** After all that is gathered. */
  get position(): Position {
    return { epoch: this.ownership.epoch, seq: this.#seq };
  }

  /** Of the form in which the room is kept. */
  get version(): number {
    return this.#room.version;
  }

  /** A field as it was when the last commit was gathered. */
  kept(field: string): string | undefined {
    return this.#fields.get(field);
  }

  /** Whether nothing waits to be gathered. */
  get isQuiet(): boolean {
    return this.#pending.isEmpty && !this.#isTouched;
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /** Whether requests may be executed: not while too much is under way. */
  get hasRoom(): boolean {
    return this.#line.isOpen && this.#line.length < mostUnderWay && this.#context.budget.hasRoom;
  }

  /**
   * @param text may be made when the turn is over. A text that is too long then is not written, and the log says so
   * @throws RangeError for a text that is too long; nothing changes then
   */
  set(field: string, text: string | (() => string)): void {
    if (typeof text === 'string') this.#fields.check(field, text);
    if (!this.#pending.changes.has(field) && this.#fields.get(field) === text) return;
    this.#pending.changes.set(field, text);
    this.#schedule();
  }

  remove(field: string): void {
    if (!this.#pending.changes.has(field) && this.#fields.get(field) === undefined) return;
    this.#pending.changes.set(field, undefined);
    this.#schedule();
  }

  /** A frame that is told to sessions of the room: `*`, `!3,4` or `1,5`. */
  append(slots: string, frame: string): void {
    this.#pending.entries.push({ slots, frame });
    this.#schedule();
  }

  /**
   * A message to a node, by the commit of this turn. One to this node itself is an effect of the commit, as those of `after`.
   * @param text may be made when the turn is over: of the positions before and after it
   */
  send(node: string, text: SentText): void {
    if (this.#end) return;
    const { nodeId, toSelf } = this.#context;
    if (node === nodeId) {
      this.#pending.effects.push((from, to) => {
        const made = textOf(text, from, to);
        return () => {
          toSelf(made);
        };
      });
    } else this.#pending.sends.push({ node, text });
    this.#schedule();
  }

  /** The session is found by its id, on any node. */
  keepSession(id: string): void {
    this.#sessions.add(id);
    this.#pending.sessions.set(id, true);
    this.#schedule();
  }

  forgetSession(id: string): void {
    this.#sessions.remove(id);
    this.#pending.sessions.set(id, false);
    this.#schedule();
  }

  /**
   * What lists say of the room has changed. Told at once the first time, then once a second at most.
   * @param make, withinMs as `RoomSummary.change`
   */
  summarize(make: () => string | undefined, withinMs?: number): void {
    if (!this.#end) this.#summary.change(make, withinMs);
  }

  /** There is something for `JournalOwner.gathering`. @param withinMs so long it may wait for another commit, and goes with that */
  touch(withinMs = 0): void {
    if (this.#end) return;
    this.#isTouched = true;
    if (withinMs > 0) this.#alarm.within(withinMs);
    else this.#schedule();
  }

  /** Happens when the commit of this turn has succeeded, in the order of these calls. Never when it fails. */
  after(effect: () => void): void {
    if (this.#end) return;
    this.#pending.effects.push(() => effect);
    this.#schedule();
  }

  /** Resolves when the commit of this turn has succeeded. @throws ClusterError when the room was lost */
  async committed(): Promise<void> {
    if (this.#end) throw this.#end;
    await new Promise<void>((resolve, reject) => {
      this.#pending.effects.push(() => resolve);
      this.#pending.dropped.push(reject);
      this.#schedule();
    });
  }

  /** Resolves when requests may be executed. @throws ClusterError when the room was lost */
  async ready(): Promise<void> {
    while (!this.#end && !this.hasRoom) await this.#wait();
    if (this.#end) throw this.#end;
  }

  /** Reads what the former owner told, as far as the log has it. @throws ClusterError AWAY */
  async readFormerLog(): Promise<void> {
    if (this.#isFormerRead) return;
    this.#former ??= this.#readFormer().finally(() => (this.#former = undefined));
    await this.#former;
  }

  /** For rooms in which nothing happens: removes what is too old from the log, and renews sessions. */
  tick(): void {
    if (this.#end) return;
    const isFormerDue = this.#context.clock.now() - this.#begunAt > this.#context.bounds.resumeMs;
    if (isFormerDue && !this.#isFormerRead) this.readFormerLog().catch(() => undefined);
    if (this.#isDue()) this.#schedule();
  }

  /**
   * Gives the room to another node, after all that has changed is in Redis. The journal ends.
   * @returns the epoch of the other node. @throws ClusterError, ABSENT when there is no such node: then the room stays
   */
  async handOver(to: string): Promise<number> {
    return this.#leave(() => this.#context.store.handover(this.ownership, this.#seq, to));
  }

  /** Removes the room, after all that has changed is in Redis. The journal ends. @throws ClusterError when the room was lost */
  async close(): Promise<void> {
    await this.#leave(() => this.#context.store.close(this.ownership));
  }

  /** What Redis has after a pause. What it has lost is written again, also when nothing happens in the room. The rest as `ownerIs`. */
  redisHas(owner: OwnerInRedis | undefined): void {
    if (owner) this.ownerIs(owner);
    // A commit finds out: the room may also have had another owner who has closed it.
    if (owner?.epoch !== this.ownership.epoch || owner.seq < this.#seq) this.touch();
  }

  /** What Redis says: the journal ends when that is a later owner. */
  ownerIs({ node, epoch }: Owner): void {
    if (this.#end || epoch < this.ownership.epoch || (epoch === this.ownership.epoch && node === this.#context.nodeId))
      return;
    this.end();
    this.#owner.fenced(new ClusterError('FENCED', `the room belongs to ${node} with the epoch ${epoch}`));
  }

  /** Nothing is written any more, and no effect happens. */
  end(): void {
    if (this.#end) return;
    const error = new ClusterError('FENCED', 'the room is not ours any more');
    this.#finish(error);
    this.#line.end(error);
  }

  #schedule(): void {
    if (this.#isScheduled || this.#end) return;
    this.#isScheduled = true;
    this.#context.atEndOfTurn(() => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#end || (this.isQuiet && !this.#isDue())) return;
    if (this.#isLeaving || !this.#line.isOpen || this.#line.length >= mostUnderWay) return;
    if (!this.#context.budget.take(this.#retry)) return;
    this.#line.push(this.#gather());
  }

  readonly #retry = (): void => {
    this.#flush();
    this.#wake();
  };

  /** Whether there is something to write that no call of this turn asked for. */
  #isDue(): boolean {
    const now = this.#context.clock.now();
    return this.#summary.isDue || this.#sessions.areDue(now) || (this.#isFormerRead && this.log.isBeyondBounds(now));
  }

  #gather(): Turn {
    const now = this.#context.clock.now();
    const from = this.position;
    const { epoch } = from;
    this.#isTouched = false;
    this.#alarm.off();
    this.#owner.gathering?.(from);
    // The frames of this turn are in the log before it is trimmed: they may be more than it takes.
    const { entries } = this.#pending;
    entries.forEach((entry, index) => {
      this.log.append({ ...entry, at: { epoch, seq: from.seq + index + 1 } }, now);
    });
    const gone = this.#trim(now);
    const last = gone.at(-1)?.at;
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

  /** What goes from the log with this turn. */
  #trim(now: number): readonly LoggedFrame[] {
    if (!this.log.isBeyondBounds(now)) return [];
    if (!this.#isFormerRead) {
      // Those entries are older, and the owner has not seen them.
      this.readFormerLog().catch(() => undefined);
      return [];
    }
    const gone = this.log.trim(now);
    this.#owner.trimming(gone);
    return gone;
  }

  /** @throws ClusterError AWAY */
  async #whole() {
    // What former owners told is in Redis alone, if it is still there.
    await this.readFormerLog();
    return {
      name: this.name,
      version: this.#room.version,
      seq: this.#seq,
      state: this.#fields.all,
      log: this.log.frames,
      sessions: [...this.#sessions.all],
      summary: this.#summary.written,
    };
  }

  #freed(count: number, ms: number | undefined): void {
    if (ms !== undefined) this.#context.committed?.(ms);
    this.#context.budget.release(count);
    if (!this.#end) this.#flush();
    this.#wake();
  }

  async #readFormer(): Promise<void> {
    const { hash, epoch } = this.ownership;
    const former: LoggedFrame[] = [];
    // What has left the log is counted already.
    let at = readPosition(this.#fields.get(trimmedField) ?? '') ?? { epoch: 0, seq: 0 };
    // Owners that did not have the room for long may have read nothing of it, so that it is more than one of them would keep.
    for (let isEnd = false; !isEnd && at.epoch < epoch;) {
      const frames = await this.#context.store.logAfter(hash, at, mostRead);
      former.push(...frames.filter((frame) => frame.at.epoch < epoch));
      at = frames.at(-1)?.at ?? at;
      isEnd = frames.length < mostRead;
    }
    if (former.length === 0 && !(await this.#hasFormerLog())) this.#loseFormerLog();
    this.#isFormerRead = true;
    this.log.putBefore(former, this.#begunAt);
    if (this.#isDue()) this.#schedule();
  }

  /** Whether the log has anything of former owners, if only that there were some. */
  async #hasFormerLog(): Promise<boolean> {
    const { hash, epoch } = this.ownership;
    const end = { epoch: epoch - 1, seq: Number.MAX_SAFE_INTEGER };
    try {
      return (await this.#context.store.logSince(hash, end, 1)) !== undefined;
    } catch (error) {
      if (error instanceof ClusterError && error.code === 'GONE') return false;
      throw error;
    }
  }

  /** The room is about to be written again, since Redis has lost it. */
  #loseFormerLog(): void {
    const at = { epoch: this.ownership.epoch, seq: 0 };
    this.#fields.take(new Map([[trimmedField, positionText(at)]]));
    this.#owner.logLost?.(at);
  }

  /** Resolves when all that has changed is in Redis. */
  async #quiet(): Promise<void> {
    if (!this.isQuiet) await this.committed();
    while (!this.#end && (this.#line.length > 0 || !this.isQuiet)) await this.#wait();
    if (this.#end) throw this.#end;
  }

  /** The last that is asked of Redis for this room, until it answers. */
  async #leave<T>(ask: () => Promise<T>): Promise<T> {
    await this.#quiet();
    this.#isLeaving = true;
    try {
      const answer = await ask();
      this.end();
      return answer;
    } catch (error) {
      this.#isLeaving = false;
      this.#schedule();
      const code = error instanceof ClusterError ? error.code : undefined;
      if (code === 'AWAY') await this.#context.recovery();
      // A commit finds out who owns the room, and what Redis has lost, and writes it again.
      else if (code === 'GAP' || code === 'GONE' || code === 'FENCED') await this.committed();
      else throw error;
      return await this.#leave(ask);
    }
  }

  async #wait(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      if (!this.#context.budget.hasRoom) this.#context.budget.whenFree(this.#retry);
    });
  }

  #wake(): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    for (const go of waiting) go();
  }

  #finish(error: ClusterError): void {
    this.#end = error;
    this.#summary.close();
    this.#alarm.off();
    for (const drop of this.#pending.dropped) drop(error);
    this.#pending = new PendingTurn();
    this.#wake();
  }
}
