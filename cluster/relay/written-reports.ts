import type { Clock } from '../clock.js';
import { comparePositions, pair } from '../position.js';
import type { Position } from '../position.js';

/**
 * How long after something was written its owner hears of it, in ms. It is in Redis a moment later (`OwnerRoom.written`): a tenth of a second
 * in all.
 */
const reportAfterMs = 50;

/** Tells the owner of a room up to where this gateway has written to its sockets: with another message, or else a moment later. */
export class WrittenReports {
  readonly #clock: Pick<Clock, 'later'>;
  readonly #written: () => Position | undefined;
  readonly #report: () => void;
  #reported: Position | undefined;
  #stop: (() => void) | undefined;
  #hasDirect = false;
  #hasClosed = false;

  /** @param written up to where all was written. @param report sends a message, with what `now` says */
  constructor(clock: Pick<Clock, 'later'>, written: () => Position | undefined, report: () => void) {
    this.#clock = clock;
    this.#written = written;
    this.#report = report;
  }

  /** Whether a message is to follow. */
  get isUnderWay(): boolean {
    return this.#stop !== undefined;
  }

  /** Something was written that is not in the log. */
  toldDirectly(): void {
    this.#hasDirect = true;
  }

  /** The owner is told a moment later, if there is something to tell. */
  soon(): void {
    if (this.#stop || this.#hasClosed || (!this.#hasNews && !this.#hasDirect)) return;
    this.#stop = this.#clock.later(reportAfterMs, () => {
      this.#stop = undefined;
      this.#hasDirect = false;
      this.#report();
    });
  }

  /** For a message that is sent to the owner now. */
  now(): { w?: [number, number] } {
    if (!this.#hasDirect) this.#cancel();
    const at = (this.#reported = this.#written());
    return at ? { w: pair(at) } : {};
  }

  /** The owner asks: the last report may be lost. */
  again(): void {
    this.#reported = undefined;
  }

  close(): void {
    this.#hasClosed = true;
    this.#cancel();
  }

  #cancel(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  get #hasNews(): boolean {
    const [written, reported] = [this.#written(), this.#reported];
    return written !== undefined && (!reported || comparePositions(written, reported) !== 0);
  }
}
