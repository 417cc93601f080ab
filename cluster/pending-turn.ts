import type { ClusterError } from './cluster-error.js';
import type { Turn } from './commit-line.js';
import type { Position } from './position.js';
import type { Entry } from './room-store.js';

/** What has changed in a room in the present turn of the event loop, or since it has to wait. */
export class PendingTurn {
  /** Texts by field, or what makes them when the turn is over; undefined removes it. */
  readonly changes = new Map<string, string | (() => string) | undefined>();
  readonly entries: Entry[] = [];
  readonly sends: { readonly node: string; readonly text: string | ((from: Position, to: Position) => string) }[] = [];
  /** Whether a session is found from now on, by its id. */
  readonly sessions = new Map<string, boolean>();
  readonly effects: (() => void)[] = [];
  readonly dropped: ((error: ClusterError) => void)[] = [];

  get isEmpty(): boolean {
    const { changes, entries, sends, sessions, effects } = this;
    return changes.size + entries.length + sends.length + sessions.size + effects.length === 0;
  }

  /** @param changes those that are written */
  turn(
    from: Position,
    to: Position,
    changes: ReadonlyMap<string, string | undefined>,
    summary: string | undefined,
    trim: Position | undefined,
  ): Turn {
    const { entries, sends, sessions, effects, dropped } = this;
    const sessionsThat = (isKept: boolean): string[] =>
      [...sessions].flatMap(([id, isFound]) => (isFound === isKept ? [id] : []));
    return {
      commit: {
        from: from.seq,
        to: to.seq,
        changes,
        entries,
        sends: sends.map(({ node, text }) => ({ node, text: typeof text === 'string' ? text : text(from, to) })),
        sessions: { keep: sessionsThat(true), forget: sessionsThat(false) },
        summary,
        trim,
      },
      effects,
      dropped,
    };
  }
}
