import { MediaError } from '../errors.js';
import { toMediaError } from './failure.js';

export interface CallSteps<Raw, T> {
  /** For messages: what is asked for. */
  readonly name: string;
  /** It needs no object of the media server, so it may wait for the next one. */
  readonly fresh?: boolean;
  readonly send: (answered: (error: unknown, raw?: Raw) => void) => void;
  /** What the answer means. Throws when the answer cannot be used. */
  readonly read: (raw: Raw | undefined) => T;
  /** Called with an answer that comes after the call has failed. */
  readonly late?: (raw: Raw | undefined) => void;
}

/** One request to a media server: settles once, with an answer or a MediaError, no later than its time limit. */
export class Call<Raw, T> {
  readonly result: Promise<T>;
  readonly #steps: CallSteps<Raw, T>;
  readonly #timer: NodeJS.Timeout;
  #settle: { resolve(value: T): void; reject(error: MediaError): void } | undefined;
  #sent = false;

  constructor(timeoutMs: number, steps: CallSteps<Raw, T>) {
    this.#steps = steps;
    this.result = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.#timer = setTimeout(() => {
      this.fail(new MediaError('timeout', `${steps.name}: no answer within ${timeoutMs} ms`));
    }, timeoutMs);
  }

  get sent(): boolean {
    return this.#sent;
  }

  get fresh(): boolean {
    return this.#steps.fresh ?? false;
  }

  send(): void {
    if (!this.#settle || this.#sent) return;
    this.#sent = true;
    try {
      this.#steps.send((error, raw) => {
        this.#answered(error, raw);
      });
    } catch (error) {
      this.fail(toMediaError(this.#steps.name, error));
    }
  }

  fail(error: MediaError): void {
    this.#end()?.reject(error);
  }

  #answered(error: unknown, raw: Raw | undefined): void {
    const settle = this.#end();
    try {
      if (!settle) {
        if (error === null || error === undefined) this.#steps.late?.(raw);
      } else if (error !== null && error !== undefined) {
        settle.reject(toMediaError(this.#steps.name, error));
      } else {
        settle.resolve(this.#steps.read(raw));
      }
    } catch (fault) {
      settle?.reject(toMediaError(this.#steps.name, fault));
    }
  }

  #end() {
    clearTimeout(this.#timer);
    const settle = this.#settle;
    this.#settle = undefined;
    return settle;
  }
}
