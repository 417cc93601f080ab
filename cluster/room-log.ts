import { comparePositions } from './position.js';
import type { Position } from './position.js';
import type { LoggedFrame } from './room-store.js';

export interface LogBounds {
  /** RESUME_MS: what is older goes. */
  readonly resumeMs: number;
  /** LOG_ENTRIES */
  readonly logEntries: number;
  /** LOG_BYTES, of frames in UTF-8. */
  readonly logBytes: number;
}

interface Kept extends LoggedFrame {
  readonly bytes: number;
  /** When it was told, as `Clock.now` has it. */
  readonly since: number;
}

/** What was told in a room, as far back as sessions can be resumed. The owner has it in memory too. */
export class RoomLog {
  readonly #bounds: LogBounds;
  #kept: Kept[] = [];
  #bytes = 0;

  constructor(bounds: LogBounds) {
    this.#bounds = bounds;
  }

  /** The oldest first. */
  get frames(): readonly LoggedFrame[] {
    return this.#kept;
  }

  get bytes(): number {
    return this.#bytes;
  }

  append(frame: LoggedFrame, now: number): void {
    const kept = keep(frame, now);
    this.#kept.push(kept);
    this.#bytes += kept.bytes;
  }

  /** What a former owner told, read from Redis. It counts as told now, since nobody knows better. */
  putBefore(frames: readonly LoggedFrame[], now: number): void {
    const first = this.#kept[0]?.at;
    const older = frames.filter(({ at }) => !first || comparePositions(at, first) < 0);
    this.#kept = [...older.map((frame) => keep(frame, now)), ...this.#kept];
    this.#bytes = this.#kept.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  after(position: Position): readonly LoggedFrame[] {
    const start = this.#kept.findIndex(({ at }) => comparePositions(at, position) > 0);
    return start === -1 ? [] : this.#kept.slice(start);
  }

  isBeyondBounds(now: number): boolean {
    return this.#isBeyond(this.#kept[0], this.#kept.length, now);
  }

  /** Removes what is beyond the bounds. @returns what was removed, the oldest first */
  trim(now: number): readonly LoggedFrame[] {
    let count = 0;
    for (const frame of this.#kept) {
      if (!this.#isBeyond(frame, this.#kept.length - count, now)) break;
      this.#bytes -= frame.bytes;
      count += 1;
    }
    return count === 0 ? [] : this.#kept.splice(0, count);
  }

  /** @param oldest of those that are kept. @param count how many there are */
  #isBeyond(oldest: Kept | undefined, count: number, now: number): boolean {
    const { resumeMs, logEntries, logBytes } = this.#bounds;
    if (!oldest) return false;
    return count > logEntries || this.#bytes > logBytes || now - oldest.since > resumeMs;
  }
}

function keep(frame: LoggedFrame, since: number): Kept {
  return { ...frame, since, bytes: Buffer.byteLength(frame.frame) + frame.slots.length };
}
