/** Commits of a node that may be under way at once, in all its rooms. A room that gets none is called when there is one. */
export class CommitBudget {
  readonly #most: number;
  #used = 0;
  readonly #waiting = new Set<() => void>();

  constructor(most = 1_024) {
    this.#most = most;
  }

  get hasRoom(): boolean {
    return this.#used < this.#most;
  }

  /** @param retry called when there may be room, if there is none now */
  take(retry: () => void): boolean {
    if (!this.hasRoom) {
      this.whenFree(retry);
      return false;
    }
    this.#used += 1;
    return true;
  }

  whenFree(retry: () => void): void {
    this.#waiting.add(retry);
  }

  release(count: number): void {
    this.#used -= count;
    // Those that came first are asked first.
    for (const retry of [...this.#waiting].slice(0, this.#most - this.#used)) {
      this.#waiting.delete(retry);
      retry();
    }
  }
}
