/**
 * Media counts as flowing until this long after the last packet, in ms
 * (docs/protocols/kurento-media.md#6-common-to-all-objects-and-elements).
 */
const silenceMs = 2000;

/** Whether media passes one point, such as the input of an element. */
export class Flow {
  flowing = false;
  readonly #changed: (flowing: boolean) => void;
  readonly #silenceMs: number;
  #last = 0;

  constructor(changed: (flowing: boolean) => void, silence = silenceMs) {
    this.#changed = changed;
    this.#silenceMs = silence;
  }

  moved(now: number): void {
    this.#last = now;
    if (this.flowing) return;
    this.flowing = true;
    this.#changed(true);
  }

  tick(now: number): void {
    if (!this.flowing || now - this.#last < this.#silenceMs) return;
    this.flowing = false;
    this.#changed(false);
  }
}
