/** As often all is written, changed or not: others may have removed it, as that of a dead node. */
const wholeEvery = 10;

/** What Redis is told of the load that this node puts on media servers: what has changed, and all of it now and then. */
export class LoadReport {
  /** What Redis has, by URL. */
  #told = new Map<string, number>();
  #times = 0;

  /** What is to be told now. It counts as told unless `forget` is called. */
  take(load: ReadonlyMap<string, number>): [url: string, endpoints: number][] {
    const isWhole = this.#times % wholeEvery === 0;
    this.#times += 1;
    const due = [...load].filter(([url, endpoints]) => isWhole || this.#told.get(url) !== endpoints);
    for (const [url, endpoints] of due) this.#told.set(url, endpoints);
    return due;
  }

  /** Nobody knows what Redis has. */
  forget(): void {
    this.#told.clear();
    this.#times = 0;
  }
}
