const firstMs = 100;
export const longestPauseMs = 5_000;
/** After a process lived this long, the next restart is quick again. */
const stableAfterMs = 30_000;

/** How long to wait before a process that died is started again. Each pause is longer than the last, until a process lives for a while. */
export class RestartPauses {
  #nextMs = firstMs;

  /** The pause before the next restart, in ms. */
  next(): number {
    const pauseMs = this.#nextMs;
    this.#nextMs = Math.min(pauseMs * 2, longestPauseMs);
    return pauseMs;
  }

  /** To be called when a process has ended. @param ms how long it lived */
  lived(ms: number): void {
    if (ms > stableAfterMs) this.#nextMs = firstMs;
  }
}
