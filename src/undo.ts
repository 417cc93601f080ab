type Step = () => void | Promise<void>;

/** What was built step by step, and how each step is undone. */
export class Undo {
  readonly #steps: Step[] = [];

  add(step: Step): void {
    this.#steps.push(step);
  }

  /** Undoes every step, the last one first. A second call does nothing. */
  async run(): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) await step();
  }
}
