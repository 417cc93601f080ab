/** Packets that may be missing. After a wider gap only a keyframe helps. */
const widest = 256;
/** Ms between two requests for one packet. */
const again = 50;
/** Requests for one packet. */
const attempts = 8;

interface Missing {
  /** Time of the last request, in ms. */
  asked: number;
  times: number;
}

/** The missing packets of one stream, by extended sequence number. Each is requested at once, and then at intervals. */
export class MissingPackets {
  readonly #missing = new Map<number, Missing>();

  /** Adds a gap, with `from` and `to`. False when too many are missing: all are given up. */
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

  has(number: number): boolean {
    return this.#missing.has(number);
  }

  /** Gives all of them up. */
  clear(): void {
    this.#missing.clear();
  }

  get size(): number {
    return this.#missing.size;
  }

  /** The packets to request now, as 16-bit sequence numbers. */
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
