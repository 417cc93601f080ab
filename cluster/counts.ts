/** Upper bounds of the classes, in s. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

/** How long things took, in classes as Prometheus has them. */
export class Durations {
  readonly #counts = new Map<number, number>(bounds.map((bound) => [bound, 0]));
  #sum = 0;
  #count = 0;

  /** How many took so long at most, by the bound in s. */
  get counts(): ReadonlyMap<number, number> {
    return this.#counts;
  }

  /** In s. */
  get sum(): number {
    return this.#sum;
  }

  get count(): number {
    return this.#count;
  }

  took(ms: number): void {
    this.#sum += ms / 1_000;
    this.#count += 1;
    for (const bound of bounds) {
      if (ms <= bound * 1_000) this.#counts.set(bound, (this.#counts.get(bound) ?? 0) + 1);
    }
  }
}

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
