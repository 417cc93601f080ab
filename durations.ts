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
