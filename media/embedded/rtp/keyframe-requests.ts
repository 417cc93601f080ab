/** Two requests to a publisher are at least this far apart, however many subscribers ask. */
const pace = 300;
const attempts = 20;

/** Asks a publisher for a keyframe until one comes, no faster than it can be expected to answer. Times are in ms. */
export class KeyframeRequests {
  readonly #send: () => void;
  #wanted = false;
  #sent = Number.NEGATIVE_INFINITY;
  #left = 0;

  constructor(send: () => void) {
    this.#send = send;
  }

  /** One was asked for and has not come yet. */
  get wanted(): boolean {
    return this.#wanted;
  }

  request(now: number): void {
    this.#wanted = true;
    this.#left = attempts;
    this.tick(now);
  }

  /** Repeats what was not answered. Called from time to time. */
  tick(now: number): void {
    if (!this.#wanted || now - this.#sent < pace) return;
    if (this.#left === 0) {
      this.#wanted = false;
      return;
    }
    this.#left -= 1;
    this.#sent = now;
    this.#send();
  }

  /** A keyframe began to arrive. */
  answered(): void {
    this.#wanted = false;
  }
}
