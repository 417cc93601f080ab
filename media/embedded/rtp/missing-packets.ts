/** Gaps wider than this are not asked for: only a new keyframe helps. */
const widest = 256;
const again = 50;
const attempts = 8;

interface Missing {
  asked: number;
  times: number;
}

/** The packets of one stream that have to be asked for: at once, then every 50 ms, eight times at most. */
export class MissingPackets {
  readonly #missing = new Map<number, Missing>();

  /** Notes a gap, `from` and `to` included. False when it is too wide to be filled. */
  note(from: number, to: number): boolean {
    if (to - from + 1 > widest - this.#missing.size) {
      this.#missing.clear();
      return false;
    }
    for (let number = from; number <= to; number++)
      this.#missing.set(number, { asked: Number.NEGATIVE_INFINITY, times: 0 });
    return true;
  }

  arrived(number: number): void {
    if (this.#missing.size > 0) this.#missing.delete(number);
  }

  get size(): number {
    return this.#missing.size;
  }

  /** What to ask for now, in 16-bit numbers. */
  due(now: number): number[] {
    const due: number[] = [];
    for (const [number, missing] of this.#missing) {
      if (now - missing.asked < again) continue;
      if (missing.times >= attempts) {
        this.#missing.delete(number);
        continue;
      }
      missing.asked = now;
      missing.times += 1;
      due.push(number & 0xffff);
    }
    return due;
  }
}
