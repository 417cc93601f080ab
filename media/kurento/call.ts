import { MediaError } from '../errors.js';
import { toMediaError } from './failure.js';

export interface CallSteps<Raw, T> {
  /** For messages: what is asked for. */
  readonly name: string;
  /** It needs no object of the media server, so it may wait for the next one. */
  readonly fresh?: boolean;
  /** Within this it is answered or fails, in place of the usual limit. */
  readonly timeoutMs?: number | undefined;
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
  readonly #timeoutMs: number;
  readonly #mayWait: boolean;
  #timer: NodeJS.Timeout;
  #settle: { resolve(value: T): void; reject(error: MediaError): void } | undefined;
  #sent = false;

  /**
   * @param timeoutMs within this it is answered or fails
   * @param waitsMs how long it may wait before it is sent, with `timeoutMs` from then on. Default: the one limit is for both
   */
  constructor(timeoutMs: number, steps: CallSteps<Raw, T>, waitsMs?: number) {
    this.#timeoutMs = timeoutMs;
    this.#steps = steps;
    this.#mayWait = waitsMs !== undefined;
    this.result = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.#timer = this.#failIn(waitsMs ?? timeoutMs);
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
    if (this.#mayWait) {
      clearTimeout(this.#timer);
      this.#timer = this.#failIn(this.#timeoutMs);
    }
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

  #failIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.fail(new MediaError('timeout', `${this.#steps.name}: no answer within ${ms} ms`));
    }, ms);
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
