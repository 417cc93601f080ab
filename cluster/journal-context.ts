import type { Clock } from './clock.js';
import type { ClusterError } from './cluster-error.js';
import type { CommitBudget } from './commit-budget.js';
import type { Log } from '../log.js';
import type { Position } from './position.js';
import type { LogBounds } from './room-log.js';
import type { LoggedFrame, Ownership, RoomStore } from './room-store.js';

/** A room that a node has claimed, as Redis has it. */
export interface ClaimedRoom extends Ownership {
  readonly name: string;
  readonly version: number;
  readonly seq: number;
  readonly state: ReadonlyMap<string, string>;
  /** As `Claim`. */
  readonly logEnd?: Position | undefined;
  readonly summary?: string | undefined;
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
