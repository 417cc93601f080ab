import type { Frame } from '../../transport/frame.js';

export interface BacklogLimits {
  readonly maxMissedMessages: number;
  /** Bytes of all messages that are kept. */
  readonly maxQueuedBytes: number;
}

/**
 * What a client misses while it has no connection, in order and up to a bound
 * (docs/protocols/kurento-room.md#16-what-happens-when-the-socket-drops).
 */
export class Backlog {
  readonly #limits: BacklogLimits;
  #frames: Frame[] = [];
  #bytes = 0;

  constructor(limits: BacklogLimits) {
    this.#limits = limits;
  }

  /** @returns whether it holds no more than it may */
  add(frame: Frame): boolean {
    this.#frames.push(frame);
    this.#bytes += frame.length;
    return this.#frames.length <= this.#limits.maxMissedMessages && this.#bytes <= this.#limits.maxQueuedBytes;
  }

  get frames(): readonly Frame[] {
    return this.#frames;
  }

  /** Empties it. */
  take(): readonly Frame[] {
    const frames = this.#frames;
    this.#frames = [];
    this.#bytes = 0;
    return frames;
  }
}
