/** Classes of values that differ by a tenth, so that figures of several processes can be added up. */
const step = Math.log(1.1);
/** In ms. All that is less is in one class. */
const least = 0.1;

/** By class: how many values it has. */
export type SpreadCounts = Readonly<Record<string, number>>;

/** How values in ms are spread. A quantile is right to 5 %. */
export class Spread {
  readonly #counts = new Map<number, number>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get counts(): SpreadCounts {
    return Object.fromEntries(this.#counts);
  }

  add(ms: number): void {
    this.#addTo(Math.max(0, Math.round(Math.log(ms / least) / step)), 1);
  }

  merge(counts: SpreadCounts): void {
    for (const [each, count] of Object.entries(counts)) this.#addTo(Number(each), count);
  }

  /** @returns what that share of the values is not above; undefined where there are none */
  quantile(share: number): number | undefined {
    let left = Math.max(1, Math.ceil(this.#count * share));
    for (const [each, count] of [...this.#counts].sort(([a], [b]) => a - b)) {
      left -= count;
      if (left <= 0) return Number((least * Math.exp(each * step)).toPrecision(3));
    }
    return undefined;
  }

  #addTo(each: number, count: number): void {
    this.#counts.set(each, (this.#counts.get(each) ?? 0) + count);
    this.#count += count;
  }
}
