import { MediaError } from '../errors.js';

/** Filters of one media server are made one after another: a KMS may answer nothing else while it sets one up. */
export class FilterTurns {
  readonly #waitMs: number;
  #last: Promise<unknown> = Promise.resolve();

  /** @param waitMs how long a filter may wait for its turn */
  constructor(waitMs: number) {
    this.#waitMs = waitMs;
  }

  /** Settles as `task` does. Rejects with `timeout` when its turn does not come; it is not run then. */
  run<T>(task: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        reject(new MediaError('timeout', `The media server is busy with other filters for ${this.#waitMs} ms`));
      }, this.#waitMs);
      this.#last = this.#last.then(async () => {
        clearTimeout(timer);
        if (!late) await task().then(resolve, reject);
      });
    });
  }
}
