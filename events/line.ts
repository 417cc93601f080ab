import type { Notice } from './notice.js';

/** A notice that was not sent yet. */
export interface Waiting {
  readonly notice: Notice;
  readonly bytes: number;
  tries: number;
  isUnderWay: boolean;
  /** Its time is over with the next try. */
  isLastTry: boolean;
}

/** What waits for one receiver and is about one room, in order. */
export class Line {
  readonly room: string;
  readonly waiting: Waiting[] = [];
  isSending = false;
  #stopPause: (() => void) | undefined;

  constructor(room: string) {
    this.room = room;
  }

  /** Whether its first notice is under way, or waits for its next try. */
  get isBusy(): boolean {
    return this.isSending || this.#stopPause !== undefined;
  }

  /** @param stop ends the pause early */
  pause(stop: () => void): void {
    this.#stopPause = stop;
  }

  /** @returns whether there was one */
  endPause(): boolean {
    const stop = this.#stopPause;
    this.#stopPause = undefined;
    stop?.();
    return stop !== undefined;
  }

  remove(waiting: Waiting): void {
    const index = this.waiting.indexOf(waiting);
    if (index !== -1) this.waiting.splice(index, 1);
  }
}
