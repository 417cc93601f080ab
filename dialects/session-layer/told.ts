import type { Frame } from '../../transport/frame.js';
import type { BacklogLimits } from './backlog.js';

/**
 * What a client is told that counts its messages (feature `resume`). Those that it has not acknowledged are kept, so that with a lost
 * connection nothing is lost and nothing is told twice (docs/protocols/kurento-room.md#15-connect-closesession).
 */
export class Told {
  readonly #limits: BacklogLimits;
  #kept: Frame[];
  #bytes: number;
  /** How many there were in all. */
  #count: number;
  /** How many of them were handed to a connection. */
  #sent: number;

  constructor(limits: BacklogLimits, { count = 0, sent = 0, kept = [] as readonly Frame[] } = {}) {
    this.#limits = limits;
    this.#count = count;
    this.#sent = sent;
    this.#kept = [...kept];
    this.#bytes = kept.reduce((sum, { length }) => sum + length, 0);
  }

  get count(): number {
    return this.#count;
  }

  get sent(): number {
    return this.#sent;
  }

  get kept(): readonly Frame[] {
    return this.#kept;
  }

  /** @returns whether no more than may be is kept that no connection has */
  add(frame: Frame, isSent: boolean): boolean {
    this.#count += 1;
    this.#kept.push(frame);
    this.#bytes += frame.length;
    if (isSent) this.#sent = this.#count;
    // What a connection has is dropped rather than the client.
    while (this.#isTooMuch && this.#count - this.#kept.length < this.#sent) this.#dropFirst();
    return !this.#isTooMuch;
  }

  /** The client has so many. */
  acknowledged(count: number): void {
    if (count > this.#sent) return;
    while (this.#count - this.#kept.length < count) this.#dropFirst();
  }

  /**
   * Those that follow, for another connection.
   * @param received how many the client has; undefined: those that a connection had
   * @returns undefined when that cannot be: it has more than it was told, or some are not kept any more
   */
  after(received = this.#sent): readonly Frame[] | undefined {
    const missing = this.#count - received;
    if (missing < 0 || missing > this.#kept.length) return undefined;
    return missing === 0 ? [] : this.#kept.slice(-missing);
  }

  /** A connection has all of them. */
  allSent(): void {
    this.#sent = this.#count;
  }

  get #isTooMuch(): boolean {
    return this.#kept.length > this.#limits.maxMissedMessages || this.#bytes > this.#limits.maxQueuedBytes;
  }

  #dropFirst(): void {
    this.#bytes -= this.#kept.shift()?.length ?? 0;
  }
}
