/** How many of some values lie in which class, as Prometheus counts them. */
export class Histogram {
  readonly #bounds: readonly number[];
  /** Values of each class alone; the last class has no bound. */
  readonly #own: number[];
  #sum = 0;
  #count = 0;

  /** @param bounds upper bounds of the classes, ascending */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#own = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  /** How many values are no larger, by the bound. */
  get counts(): ReadonlyMap<number, number> {
    let sum = 0;
    return new Map(this.#bounds.map((bound, index) => [bound, (sum += this.#own[index] ?? 0)]));
  }

  get sum(): number {
    return this.#sum;
  }

  get count(): number {
    return this.#count;
  }

  add(value: number): void {
    this.#sum += value;
    this.#count += 1;
    let index = 0;
    while (index < this.#bounds.length && value > (this.#bounds[index] ?? Infinity)) index += 1;
    this.#own[index] = (this.#own[index] ?? 0) + 1;
  }
}
