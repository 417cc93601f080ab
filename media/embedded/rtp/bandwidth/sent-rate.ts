/** Ms over which a rate is taken. */
const periodMs = 1000;

/** How much of a stream is sent, from the counter of its bytes. Times are in ms. */
export class SentRate {
  #bitrate = 0;
  #bytes = 0;
  #at = Number.NaN;

  /** In bit/s, of the last second. */
  get bitrate(): number {
    return this.#bitrate;
  }

  /** Called about every 50 ms. @param bytes since the start */
  tick(bytes: number, now: number): void {
    const elapsed = now - this.#at;
    if (elapsed < periodMs) return;
    if (!Number.isNaN(elapsed)) this.#bitrate = ((bytes - this.#bytes) * 8000) / elapsed;
    [this.#bytes, this.#at] = [bytes, now];
  }
}
