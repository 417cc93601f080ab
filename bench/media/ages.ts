/** Ages of packets, kept up to a bound. */
export class Ages {
  readonly #ages = new Float32Array(400_000);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  clear(): void {
    this.#count = 0;
  }

  add(age: number): void {
    if (this.#count < this.#ages.length) this.#ages[this.#count] = age;
    this.#count += 1;
  }

  quantile(share: number): number {
    const sorted = this.#ages.slice(0, Math.min(this.#count, this.#ages.length)).sort();
    return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  }
}
