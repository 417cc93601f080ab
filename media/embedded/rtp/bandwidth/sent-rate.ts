/** How much is sent, from a counter of bytes. Times are in ms. */
export class SentRate {
  readonly #periodMs: number;
  #bitrate: number | undefined;
  #bytes = 0;
  #at = Number.NaN;

  /** @param periodMs over which the rate is taken */
  constructor(periodMs: number) {
    this.#periodMs = periodMs;
  }

  /** In bit/s, of the last whole period; undefined: there was none. */
  get bitrate(): number | undefined {
    return this.#bitrate;
  }

  /** Called about every 50 ms. @param bytes since the start */
  tick(bytes: number, now: number): void {
    const elapsed = now - this.#at;
    if (elapsed < this.#periodMs) return;
    if (elapsed >= this.#periodMs) this.#bitrate = (Math.max(0, bytes - this.#bytes) * 8000) / elapsed;
    [this.#bytes, this.#at] = [bytes, now];
  }
}
