/** A layer that nobody wants any more is sent for so many ms: somebody may come back. */
const lingerMs = 5000;

/** Tells which layers of a picture somebody wants: at once when one is wanted, and some time after the last one wanted it. Times are in ms. */
export class LayerDemand {
  readonly #changed: (layers: readonly boolean[]) => void;
  /** When each was wanted last. At first all are. */
  #wantedAt: number[] = [];
  #told = 0;

  constructor(changed: (layers: readonly boolean[]) => void) {
    this.#changed = changed;
  }

  /** What was told last; at first all. Empty before it is known how many there are. */
  get layers(): readonly boolean[] {
    return this.#wantedAt.map((_at, index) => isIn(this.#told, index));
  }

  /** Called about every 50 ms. `wanted`: one bit for each layer, the smallest first. */
  tick(count: number, wanted: number, now: number): void {
    if (this.#wantedAt.length !== count) {
      this.#wantedAt = new Array<number>(count).fill(now);
      this.#told = (1 << count) - 1;
    }
    let bits = 0;
    for (let index = 0; index < count; index++) {
      if (isIn(wanted, index)) this.#wantedAt[index] = now;
      if (now - (this.#wantedAt[index] ?? now) < lingerMs) bits |= 1 << index;
    }
    if (bits === this.#told) return;
    this.#told = bits;
    this.#changed(this.layers);
  }
}

function isIn(bits: number, index: number): boolean {
  return (bits & (1 << index)) !== 0;
}
