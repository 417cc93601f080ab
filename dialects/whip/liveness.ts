import type { WhipSettings } from './options.js';

/** Notices that a client has gone: no request says so. */
export class Liveness {
  readonly #settings: Pick<WhipSettings, 'firstMediaMs' | 'lostAfterMs'>;
  readonly #gone: (why: string) => void;
  #hasBegun = false;
  #isConnected = true;
  #first: NodeJS.Timeout | undefined;
  #lost: NodeJS.Timeout | undefined;

  /** @param gone called once, from a timer */
  constructor(settings: Pick<WhipSettings, 'firstMediaMs' | 'lostAfterMs'>, gone: (why: string) => void) {
    this.#settings = settings;
    this.#gone = gone;
  }

  /** The client was answered. */
  answered(): void {
    if (this.#hasBegun) return;
    this.#first = setTimeout(() => {
      this.#end('no media came in time');
    }, this.#settings.firstMediaMs).unref();
  }

  /** What the client is there for has begun. */
  begun(): void {
    this.#hasBegun = true;
    clearTimeout(this.#first);
  }

  connectionChanged(isConnected: boolean): void {
    if (isConnected === this.#isConnected) return;
    this.#isConnected = isConnected;
    clearTimeout(this.#lost);
    if (isConnected) return;
    this.#lost = setTimeout(() => {
      this.#end('the connection is lost');
    }, this.#settings.lostAfterMs).unref();
  }

  stop(): void {
    this.#hasBegun = true;
    clearTimeout(this.#first);
    clearTimeout(this.#lost);
  }

  #end(why: string): void {
    this.stop();
    this.#gone(why);
  }
}
