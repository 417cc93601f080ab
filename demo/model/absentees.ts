/** So long a server keeps the name of somebody whose connection was lost, in ms. */
const patienceMs = 20_000;

/** People that were gone when we came back, which are mostly on their way back too. */
export class Absentees {
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #left: (name: string) => void;

  /** @param left called with the name of somebody that did not come back */
  constructor(left: (name: string) => void) {
    this.#left = left;
  }

  add(id: string, name: string): void {
    clearTimeout(this.#timers.get(id));
    const timer = setTimeout(() => {
      this.#timers.delete(id);
      this.#left(name);
    }, patienceMs);
    this.#timers.set(id, timer);
  }

  /** Whether somebody that comes is back, and not new. */
  isBack(id: string): boolean {
    clearTimeout(this.#timers.get(id));
    return this.#timers.delete(id);
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
