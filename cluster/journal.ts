import { Alarm } from './alarm.js';
import { ClusterError } from './cluster-error.js';
import { CommitLine } from './commit-line.js';
import type { ClaimedRoom, JournalContext, JournalOwner } from './journal-context.js';
import { NextCommit } from './next-commit.js';
import type { SentText } from './pending-turn.js';
import type { Position } from './position.js';
import type { RoomLog } from './room-log.js';
import type { Owner, OwnerInRedis, Ownership } from './room-store.js';

/** Commits of a room that may be under way. Then its turns wait, and become one commit. */
const mostUnderWay = 32;

/**
 * What another node needs to become the owner of a room, kept in Redis by the present one. All that changes in one turn of the event loop
 * is one commit. What cannot be taken back is given to `after`: it happens when the commit of its turn has succeeded, or never.
 */
export class RoomJournal {
  readonly name: string;
  readonly ownership: Ownership;
  readonly #room: ClaimedRoom;
  readonly #context: JournalContext;
  readonly #owner: JournalOwner;
  readonly #next: NextCommit;
  readonly #line: CommitLine;
  #isScheduled = false;
  #isTouched = false;
  /** For what may wait. */
  readonly #alarm: Alarm;
  #end: ClusterError | undefined;
  /** While the room is handed over or closed. */
  #isLeaving = false;
  /** Called when less is under way than before. */
  #waiting: (() => void)[] = [];

  /** @param sessions ids of the sessions that the state holds */
  constructor(room: ClaimedRoom, sessions: Iterable<string>, context: JournalContext, owner: JournalOwner) {
    this.name = room.name;
    this.ownership = { hash: room.hash, epoch: room.epoch };
    this.#room = room;
    this.#context = context;
    this.#owner = owner;
    this.#next = new NextCommit(room, sessions, context, owner, () => {
      this.#schedule();
    });
    this.#alarm = new Alarm(context.clock, () => {
      this.#schedule();
    });
    const { store, clock, log, recovery } = context;
    const whole = async () => this.#next.whole();
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
    return this.#next.position;
  }

  /** What was told, as far back as it is known here. */
  get log(): RoomLog {
    return this.#next.log;
  }

  /** Of the form in which the room is kept. */
  get version(): number {
    return this.#room.version;
  }

  /** A field as it was when the last commit was gathered. */
  kept(field: string): string | undefined {
    return this.#next.kept(field);
  }

  /** Whether nothing waits to be gathered. */
  get isQuiet(): boolean {
    return this.#next.isEmpty && !this.#isTouched;
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
    this.#next.set(field, text);
  }

  remove(field: string): void {
    this.#next.remove(field);
  }

  /** A frame that is told to sessions of the room: `*`, `!3,4` or `1,5`. */
  append(slots: string, frame: string): void {
    this.#next.append(slots, frame);
  }

  /**
   * A message to a node, by the commit of this turn. One to this node itself is an effect of the commit, as those of `after`.
   * @param text may be made when the turn is over: of the positions before and after it
   */
  send(node: string, text: SentText): void {
    if (!this.#end) this.#next.send(node, text);
  }

  /** The session is found by its id, on any node. */
  keepSession(id: string): void {
    this.#next.keepSession(id);
  }

  forgetSession(id: string): void {
    this.#next.forgetSession(id);
  }

  /**
   * What lists say of the room has changed. Told at once the first time, then once a second at most.
   * @param make, withinMs as `RoomSummary.change`
   */
  summarize(make: () => string | undefined, withinMs?: number): void {
    if (!this.#end) this.#next.summarize(make, withinMs);
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
    if (!this.#end) this.#next.after(effect);
  }

  /** Resolves when the commit of this turn has succeeded. @throws ClusterError when the room was lost */
  async committed(): Promise<void> {
    if (this.#end) throw this.#end;
    await new Promise<void>((resolve, reject) => {
      this.#next.after(resolve, reject);
    });
  }

  /** Resolves when requests may be executed. @throws ClusterError when the room was lost */
  async ready(): Promise<void> {
    while (!this.#end && !this.hasRoom) await this.#wait();
    if (this.#end) throw this.#end;
  }

  /** Reads what the former owner told, as far as the log has it. @throws ClusterError AWAY */
  async readFormerLog(): Promise<void> {
    await this.#next.readFormerLog();
  }

  /** For rooms in which nothing happens: removes what is too old from the log, and renews sessions. */
  tick(): void {
    if (!this.#end) this.#next.tick();
  }

  /**
   * Gives the room to another node, after all that has changed is in Redis. The journal ends.
   * @returns the epoch of the other node. @throws ClusterError, ABSENT when there is no such node: then the room stays
   */
  async handOver(to: string): Promise<number> {
    return this.#leave(() => this.#context.store.handover(this.ownership, this.position.seq, to));
  }

  /** Removes the room, after all that has changed is in Redis. The journal ends. @throws ClusterError when the room was lost */
  async close(): Promise<void> {
    await this.#leave(() => this.#context.store.close(this.ownership));
  }

  /** What Redis has after a pause. What it has lost is written again, also when nothing happens in the room. The rest as `ownerIs`. */
  redisHas(owner: OwnerInRedis | undefined): void {
    if (owner) this.ownerIs(owner);
    // A commit finds out: the room may also have had another owner who has closed it.
    if (owner?.epoch !== this.ownership.epoch || owner.seq < this.position.seq) this.touch();
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
    if (this.#end || (this.isQuiet && !this.#next.isDue)) return;
    if (this.#isLeaving || !this.#line.isOpen || this.#line.length >= mostUnderWay) return;
    if (!this.#context.budget.take(this.#retry)) return;
    this.#isTouched = false;
    this.#alarm.off();
    this.#line.push(this.#next.gather());
  }

  readonly #retry = (): void => {
    this.#flush();
    this.#wake();
  };

  #freed(count: number, ms: number | undefined): void {
    if (ms !== undefined) this.#context.committed?.(ms);
    this.#context.budget.release(count);
    if (!this.#end) this.#flush();
    this.#wake();
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
    this.#alarm.off();
    this.#next.end(error);
    this.#wake();
  }
}
