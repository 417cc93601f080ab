import type { ClusterError } from './cluster-error.js';
import type { Turn } from './commit-line.js';
import type { Position } from './position.js';
import type { Entry } from './room-store.js';

/** The text of a message, or what makes it of the positions before and after its turn. */
export type SentText = string | ((from: Position, to: Position) => string);

export function textOf(text: SentText, from: Position, to: Position): string {
  return typeof text === 'string' ? text : text(from, to);
}

/** What has changed in a room in the present turn of the event loop, or since it has to wait. */
export class PendingTurn {
  /** Texts by field, or what makes them when the turn is over; undefined removes it. */
  readonly changes = new Map<string, string | (() => string) | undefined>();
  readonly entries: Entry[] = [];
  readonly sends: { readonly node: string; readonly text: SentText }[] = [];
  /** Whether a session is found from now on, by its id. */
  readonly sessions = new Map<string, boolean>();
  /** Called when the turn is over: each makes what happens after the commit. */
  readonly effects: ((from: Position, to: Position) => () => void)[] = [];
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
        sends: sends.map(({ node, text }) => ({ node, text: textOf(text, from, to) })),
        sessions: { keep: sessionsThat(true), forget: sessionsThat(false) },
        summary,
        trim,
      },
      effects: effects.map((effect) => effect(from, to)),
      dropped,
    };
  }
}
