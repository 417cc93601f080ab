const idle: Promise<unknown> = Promise.resolve();

/** Runs tasks one after another: while one awaits, no other begins. */
export class SerialQueue {
  #last = idle;

  /** Settles as the task does. A task that fails does not stop those after it. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
