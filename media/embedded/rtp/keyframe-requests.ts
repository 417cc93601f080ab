/** Least ms between two requests to a publisher, however many subscribers ask. */
const pace = 300;
/** Requests that are sent before it is given up. */
const attempts = 20;

/** Asks a publisher for a keyframe until one comes, at a limited pace. Times are in ms. */
export class KeyframeRequests {
  readonly #send: () => void;
  #wanted = false;
  #sent = Number.NEGATIVE_INFINITY;
  #left = 0;

  constructor(send: () => void) {
    this.#send = send;
  }

  /** True while a keyframe is waited for. */
  get wanted(): boolean {
    return this.#wanted;
  }

  request(now: number): void {
    this.#wanted = true;
    this.#left = attempts;
    this.tick(now);
  }

  /** Asks unless that is under way already. */
  wish(now: number): void {
    if (!this.#wanted) this.request(now);
  }

  /** Repeats an unanswered request when it is due. Called about every 50 ms. */
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
