import { Application } from './application.js';
import type { Context } from './context.js';

/** All applications that have clients, by name. */
export class Applications {
  readonly #context: Context;
  readonly #byName = new Map<string, Application>();

  constructor(context: Context) {
    this.#context = context;
  }

  get size(): number {
    return this.#byName.size;
  }

  [Symbol.iterator](): Iterator<Application> {
    return this.#byName.values();
  }

  find(name: string): Application | undefined {
    return this.#byName.get(name);
  }

  /** Whether a client may name it: it is configured, or has clients, or is made on demand. */
  admits(name: string): boolean {
    const { defaultApplication, applications, applicationAutoCreate } = this.#context.settings;
    return (
      applicationAutoCreate || name === defaultApplication || applications.includes(name) || this.#byName.has(name)
    );
  }

  /** The one of that name, made if need be: for looking at, until `keep`. */
  of(name: string): Application {
    return this.#byName.get(name) ?? new Application(name, this.#context);
  }

  keep(application: Application): void {
    this.#byName.set(application.name, application);
  }

  /** Once its last client is gone. */
  release(application: Application): void {
    if (application.clients.size === 0 && this.#byName.get(application.name) === application) {
      this.#byName.delete(application.name);
    }
  }
}
