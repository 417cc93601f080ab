const firstMs = 100;
const longestMs = 5_000;
/** A process that lived this long has recovered: the next restart is a quick one again. */
const stableAfterMs = 30_000;

/** How long to wait before a process that died is started again: longer each time, until one of them lives for a while. */
export class RestartPauses {
  #nextMs = firstMs;

  /** ms, for the restart that is due now. */
  next(): number {
    const pauseMs = this.#nextMs;
    this.#nextMs = Math.min(pauseMs * 2, longestMs);
    return pauseMs;
  }

  /** A process that was started has ended after so long, in ms. */
  lived(ms: number): void {
    if (ms > stableAfterMs) this.#nextMs = firstMs;
  }
}
