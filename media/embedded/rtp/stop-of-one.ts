/** Ms for which a picture must be too much before it stops: its publisher is asked for less, and encoders take time. */
const patienceMs = 3000;
/** Ms until it comes again at the earliest: at first, and at most. */
const firstPauseMs = 4000;
const longestPauseMs = 64_000;

/** Whether a picture that is sent in one size is too much for a receiver, and stops. Times are in ms. */
export class StopOfOne {
  #isStopped = false;
  #tooMuchSince = Number.NaN;
  #changedAt = Number.NEGATIVE_INFINITY;
  #pauseMs = firstPauseMs;

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Called about every 50 ms. @param fits whether its share of the bandwidth takes it */
  look(fits: boolean, now: number): void {
    if (this.#isStopped) {
      if (fits && now - this.#changedAt >= this.#pauseMs) this.#change(false, now);
      return;
    }
    if (fits) this.#tooMuchSince = Number.NaN;
    else if (Number.isNaN(this.#tooMuchSince)) this.#tooMuchSince = now;
    if (now - this.#tooMuchSince < patienceMs || Number.isNaN(this.#tooMuchSince)) return;
    const wasInVain = now - this.#changedAt < this.#pauseMs;
    this.#pauseMs = wasInVain ? Math.min(longestPauseMs, this.#pauseMs * 2) : firstPauseMs;
    this.#change(true, now);
  }

  #change(isStopped: boolean, now: number): void {
    this.#isStopped = isStopped;
    this.#tooMuchSince = Number.NaN;
    this.#changedAt = now;
  }
}
