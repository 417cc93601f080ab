type Listener = (event: never) => void;

/** Events of the original library: a name, one argument, listeners called in their order. */
export class OriginalEmitter {
  readonly #listeners = new Map<string, Listener[]>();

  addEventListener(name: string, listener: (event: never) => void): void {
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener]);
  }

  /** Pages emit events of their own too, with the arguments in an array. */
  emitEvent(name: string, args: readonly unknown[] = []): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        (listener as (...given: readonly unknown[]) => void)(...args);
      } catch (error) {
        reportError(error);
      }
    }
  }
}
