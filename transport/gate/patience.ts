/** A timer that fires later than this shows that the server did not run for a while, in ms. */
const lateMs = 500;

/** How often the server looks whether it has run, in ms. */
const lookEveryMs = 250;

/** Notices when the process was stopped, or was so busy that it read no sockets. */
class Wakefulness {
  #lookedAt = 0;
  #wokeAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #users = 0;

  /** When the server last began to run again after a pause; on the clock of `performance.now()`. */
  get wokeAt(): number {
    this.#look();
    return this.#wokeAt;
  }

  /** Looks from now on, until `leave` was called as often. */
  enter(): void {
    this.#users += 1;
    if (this.#users > 1) return;
    this.#lookedAt = performance.now();
    this.#timer = setInterval(() => {
      this.#look();
    }, lookEveryMs).unref();
  }

  leave(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const now = performance.now();
    if (this.#timer && now - this.#lookedAt > lookEveryMs + lateMs) this.#wokeAt = now;
    this.#lookedAt = now;
  }
}

const wakefulness = new Wakefulness();

/**
 * Looks from now on whether the server runs.
 * @returns ends it; called once
 */
export function watchForSleep(): () => void {
  wakefulness.enter();
  return () => {
    wakefulness.leave();
  };
}

/** Whether the server did not run for a while after this time, on the clock of `performance.now()`. Only known while somebody watches. */
export function sleptSince(time: number): boolean {
  return wakefulness.wokeAt > time;
}

/**
 * Waits for a sign of a client for so long, and calls back once when none came. While the server itself does not run (its process is
 * stopped, its machine moves), signs wait in the sockets and time passes. So the server reads the sockets first, and waits once more as
 * long when it did not run during the wait.
 */
export class Patience {
  readonly #ms: number;
  readonly #onOver: () => void;
  #since = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #reading: NodeJS.Immediate | undefined;

  /** @param onOver called once, unless the wait is stopped before. Not called in a turn in which a sign may still be read */
  constructor(ms: number, onOver: () => void) {
    this.#ms = ms;
    this.#onOver = onOver;
    wakefulness.enter();
    this.#timer = this.#wait(ms);
  }

  /** Since the last sign, or since the start of the wait, in ms. */
  get silentMs(): number {
    return performance.now() - this.#since;
  }

  /** A sign came. Cheap: the timer is not set again. */
  again(): void {
    this.#since = performance.now();
  }

  /** Ends the wait. Does nothing the second time. */
  stop(): void {
    if (this.#timer) wakefulness.leave();
    clearTimeout(this.#timer);
    clearImmediate(this.#reading);
    this.#timer = undefined;
    this.#reading = undefined;
  }

  #wait(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      // Timers run before sockets are read, immediates after it.
      this.#reading = setImmediate(() => {
        this.#decide();
      });
    }, ms).unref();
  }

  #decide(): void {
    const slept = wakefulness.wokeAt - this.#since;
    if (slept > 0) this.#since += slept;
    const left = this.#ms - this.silentMs;
    if (left > 0) {
      this.#timer = this.#wait(left);
      return;
    }
    this.stop();
    this.#onOver();
  }
}
