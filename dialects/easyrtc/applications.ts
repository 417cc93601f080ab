import { Application } from './application.js';
import type { ApplicationNeeds } from './application.js';

/** All applications that have clients, by name. */
export class Applications {
  readonly #needs: ApplicationNeeds;
  readonly #byName = new Map<string, Application>();

  constructor(needs: ApplicationNeeds) {
    this.#needs = needs;
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

  /** Whether a client may enter the application: it is configured, or has clients, or applications are made on demand. */
  admits(name: string): boolean {
    const { defaultApplication, applications, applicationAutoCreate } = this.#needs.settings;
    return (
      applicationAutoCreate || name === defaultApplication || applications.includes(name) || this.#byName.has(name)
    );
  }

  /** The application with this name, made if it does not exist. It is listed while it has clients. */
  of(name: string): Application {
    return this.#byName.get(name) ?? new Application(name, this.#needs, this.#onChange);
  }

  readonly #onChange = (application: Application): void => {
    const { name, clients } = application;
    if (clients.size > 0) this.#byName.set(name, application);
    else if (this.#byName.get(name) === application) this.#byName.delete(name);
  };
}
