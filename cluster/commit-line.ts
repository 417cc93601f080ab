import { ClusterError } from './cluster-error.js';
import type { Clock } from './clock.js';
import type { Log } from '../log.js';
import type { Commit, Ownership, RoomStore, WholeRoom } from './room-store.js';

/** A turn that is gathered, and what may happen once it is in Redis. */
export interface Turn {
  readonly commit: Commit;
  readonly effects: readonly (() => void)[];
  /** Told when it will never be in Redis. */
  readonly dropped: readonly ((error: ClusterError) => void)[];
}

export interface LineContext {
  readonly store: Pick<RoomStore, 'commit' | 'rewrite'>;
  readonly ownership: Ownership;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  /** Resolves after a pause, when Redis can be asked again. */
  readonly recovery: () => Promise<void>;
  /** The room after all turns of the line. @throws ClusterError AWAY */
  readonly whole: () => Promise<Omit<WholeRoom, 'sends'>>;
}

export interface LineOwner {
  /** Turns have left the line. `ms`: how long the last of them took; undefined when they are not in Redis. */
  freed(count: number, ms?: number): void;
  /** Nobody listened at that node. */
  deaf(node: string): void;
  /** The room was written again as a whole. */
  rewritten(): void;
  /** The line has ended: another node owns the room. */
  fenced(error: ClusterError): void;
}

interface Waiting extends Turn {
  readonly since: number;
  state: 'sent' | 'done' | 'failed';
  error?: unknown;
  /** Whether it was sent again after Redis has said that something is missing. */
  isRepeated?: boolean;
}

/**
 * The commits of one room that are under way, one behind the other. Effects happen in order, each after its commit is in Redis. When a
 * commit fails, those behind it fail too; then all are sent again in order, or the room is written as a whole.
 */
export class CommitLine {
  readonly #context: LineContext;
  readonly #owner: LineOwner;
  #turns: Waiting[] = [];
  #isRecovering = false;
  #hasEnded = false;

  constructor(context: LineContext, owner: LineOwner) {
    this.#context = context;
    this.#owner = owner;
  }

  get length(): number {
    return this.#turns.length;
  }

  /** Whether another turn may be sent now. */
  get isOpen(): boolean {
    return !this.#isRecovering && !this.#hasEnded && this.#turns.every(({ state }) => state !== 'failed');
  }

  push(turn: Turn): void {
    const waiting: Waiting = { ...turn, since: this.#context.clock.now(), state: 'sent' };
    this.#turns.push(waiting);
    this.#send(waiting);
  }

  /** Nothing of what is under way has an effect any more. */
  end(error: ClusterError): void {
    this.#hasEnded = true;
    const turns = this.#turns;
    this.#turns = [];
    for (const { dropped } of turns) for (const drop of dropped) drop(error);
    if (turns.length > 0) this.#owner.freed(turns.length);
  }

  #send(turn: Waiting): void {
    turn.state = 'sent';
    this.#context.store.commit(this.#context.ownership, turn.commit).then(
      (deaf) => {
        turn.state = 'done';
        this.#settle(deaf);
      },
      (error: unknown) => {
        turn.state = 'failed';
        turn.error = error;
        this.#settle([]);
      },
    );
  }

  #settle(deaf: readonly string[]): void {
    if (this.#hasEnded) return;
    const end = this.#turns.findIndex(({ state }) => state !== 'done');
    const done = this.#turns.splice(0, end === -1 ? this.#turns.length : end);
    for (const { effects } of done) for (const effect of effects) this.#run(effect);
    const last = done.at(-1);
    if (last) this.#owner.freed(done.length, this.#context.clock.now() - last.since);
    for (const node of deaf) this.#owner.deaf(node);
    // Those behind a failed one fail as well: all answers come first.
    const [first] = this.#turns;
    if (first?.state !== 'failed' || this.#isRecovering) return;
    if (this.#turns.every(({ state }) => state !== 'sent')) void this.#recover(first);
  }

  /** @param first the oldest turn that failed */
  async #recover(first: Waiting): Promise<void> {
    const code = first.error instanceof ClusterError ? first.error.code : undefined;
    this.#isRecovering = true;
    if (code === 'FENCED') {
      this.#fenced(first.error);
      return;
    }
    const isIncomplete = code === 'GAP' || code === 'GONE';
    if (isIncomplete && first.isRepeated) {
      await this.#rewrite();
      return;
    }
    // A commit may have overtaken another one when Redis did not know the script. Asked again, in order, it says what is true.
    if (isIncomplete) first.isRepeated = true;
    else await this.#pause(first.error);
    this.#isRecovering = false;
    if (this.#hasEnded) return;
    for (const turn of this.#turns.filter(({ state }) => state === 'failed')) this.#send(turn);
  }

  async #rewrite(): Promise<void> {
    const turns = [...this.#turns];
    const { store, ownership, whole } = this.#context;
    try {
      const sends = turns.flatMap(({ commit }) => commit.sends);
      const deaf = await store.rewrite(ownership, { ...(await whole()), sends });
      for (const turn of turns) turn.state = 'done';
      this.#isRecovering = false;
      if (this.#hasEnded) return;
      this.#owner.rewritten();
      this.#settle(deaf);
    } catch (error) {
      if (error instanceof ClusterError && error.code === 'FENCED') {
        this.#fenced(error);
        return;
      }
      await this.#pause(error);
      if (!this.#hasEnded) await this.#rewrite();
    }
  }

  async #pause(error: unknown): Promise<void> {
    const { log, recovery } = this.#context;
    const isAway = error instanceof ClusterError && error.code === 'AWAY';
    if (!isAway) log.error('Redis refuses a commit', { error: String(error) });
    await recovery();
  }

  #fenced(error: unknown): void {
    if (this.#hasEnded) return;
    const why = error instanceof ClusterError ? error : new ClusterError('FENCED', String(error));
    this.#owner.fenced(why);
    this.end(why);
  }

  #run(effect: () => void): void {
    try {
      effect();
    } catch (error) {
      this.#context.log.error('What was to happen after a commit failed', { error: (error as Error).stack });
    }
  }
}
