/** Runs media negotiations one after another: an `await` in one never lets the next one in. */
export class Negotiations {
  #last: Promise<unknown> = Promise.resolve();

  /** Settles as the task does; a failed task does not stop those behind it. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
