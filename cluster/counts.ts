import { Durations } from '../durations.js';

/**
 * How this node came by a room that another one had: that was dead, somebody wanted to come in before a dead node's room was taken, or it
 * was given.
 */
export type TakeoverCause = 'dead' | 'wanted' | 'given';

/** What the node has done since its start, for metrics. */
export class Counts {
  /** Messages of clients that have passed from node to node, each way. */
  framesRelayed = 0;
  /** What was sent again between nodes, since no answer came. */
  resent = 0;
  /** Times that messages of an owner were missing, and were read from the log. */
  gaps = 0;
  /** Rooms that this node had to leave to another one. */
  fenced = 0;
  readonly takeovers: Record<TakeoverCause, number> = { dead: 0, wanted: 0, given: 0 };
  readonly commits = new Durations();
  /** From the time that a node was found dead until a room of it was here. */
  readonly takeoverTimes = new Durations();
  #frozenMs = 0;
  #frozenSince: number | undefined;

  /** @param now as `Clock.now` */
  frozen(now: number): void {
    this.#frozenSince ??= now;
  }

  up(now: number): void {
    this.#frozenMs = this.frozenMs(now);
    this.#frozenSince = undefined;
  }

  /** How long the node has waited for Redis in all. */
  frozenMs(now: number): number {
    return this.#frozenMs + (this.#frozenSince === undefined ? 0 : now - this.#frozenSince);
  }
}
