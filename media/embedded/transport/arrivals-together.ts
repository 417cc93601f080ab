/** Packets are handled this often at most, in ms, while many come. */
const periodMs = 2;
/** So many in one turn of the event loop, before which nothing slept, have come together by themselves: the machine is busy. */
const enough = 8;

/**
 * Lets packets gather while many come. The library wakes the event loop for each packet, and to be woken costs as much as to pass a packet
 * on. So the thread sleeps for what is left of two ms after it has handled some, if it was woken soon after the last ones: all that has
 * come until then is handled at once. One packet after a pause never waits.
 */
export class ArrivalsTogether {
  /** Nobody ever changes it. */
  readonly #cell = new Int32Array(new SharedArrayBuffer(4));
  readonly #now: () => number;
  readonly #sleep: (ms: number) => void;
  /** Packets in the present turn of the event loop. */
  #count = 0;
  /** When the present turn of the event loop began to handle packets. */
  #began = 0;
  /** When the last one was over, sleep included. */
  #ended = Number.NEGATIVE_INFINITY;
  #hasSlept = false;
  readonly #endTurn = (): void => {
    const isEnough = this.#count >= enough && !this.#hasSlept;
    this.#count = 0;
    const now = this.#now();
    const left = this.#began + periodMs - now;
    this.#hasSlept = !isEnough && left > 0 && this.#began - this.#ended < periodMs;
    if (this.#hasSlept) this.#sleep(left);
    this.#ended = this.#hasSlept ? this.#now() : now;
  };

  /** @param sleep stops the thread for so many ms */
  constructor(now: () => number = () => performance.now(), sleep?: (ms: number) => void) {
    this.#now = now;
    this.#sleep =
      sleep ??
      ((ms) => {
        Atomics.wait(this.#cell, 0, 0, ms);
      });
  }

  /** A packet has come. */
  came(): void {
    this.#count += 1;
    if (this.#count > 1) return;
    this.#began = this.#now();
    setImmediate(this.#endTurn);
  }
}
