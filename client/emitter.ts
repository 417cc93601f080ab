import { givenFunction } from './given.js';

/** What an emitter can tell: event name → the arguments its listeners get. */
export type EventMap<Events> = { readonly [Name in keyof Events]: readonly unknown[] } & Closed<Events>;
/** No map of any name at all: a misspelt name would compile. */
type Closed<Events> = { readonly [Name in keyof Events]: string extends Name ? never : unknown };

type Listener<Args extends readonly unknown[]> = (...args: Args) => void;

/**
 * Typed events. Listeners are called in the order in which they were added. The others are called also when one throws. What adds one
 * throws `invalid-argument` for what is no function.
 */
export class Emitter<Events extends EventMap<Events>> {
  readonly #listeners: { [Name in keyof Events]?: Set<Listener<Events[Name]>> } = {};
  /** The listener that was given to `once`, by the one that is called in its place. */
  readonly #once = new WeakMap<object, unknown>();

  /** Calls the listener at each event of that name. Returns a function that removes it. A listener that is added twice is called once. */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    const listeners = (this.#listeners[name] ??= new Set<Listener<Events[Name]>>());
    listeners.add(givenFunction(listener, 'The listener'));
    return () => {
      listeners.delete(listener);
    };
  }

  /** As `on`, for the next event alone. */
  once<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    givenFunction(listener, 'The listener');
    const calledOnce: Listener<Events[Name]> = (...args) => {
      off();
      listener(...args);
    };
    this.#once.set(calledOnce, listener);
    const off = this.on(name, calledOnce);
    return off;
  }

  /** Removes a listener that was added by `on` or `once`. */
  off<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): void {
    const listeners = this.#listeners[name] ?? [];
    for (const each of listeners) {
      if (each === listener || this.#once.get(each) === listener) this.#listeners[name]?.delete(each);
    }
  }

  protected emit<Name extends keyof Events>(name: Name, ...args: Events[Name]): void {
    const listeners = this.#listeners[name];
    for (const listener of [...(listeners ?? [])]) {
      try {
        // One that was called before may have taken it off.
        if (listeners?.has(listener)) listener(...args);
      } catch (error) {
        reportError(error);
      }
    }
  }
}
