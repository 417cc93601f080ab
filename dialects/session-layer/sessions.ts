import { newSessionId } from './session-id.js';
import type { Session } from './session.js';

/** The sessions that clients can name, by their ids (docs/protocols/kurento-room.md#13-the-session-layer). */
export class Sessions {
  readonly #byId = new Map<string, Session>();
  readonly #ofConnections = new Map<string, symbol>();

  get size(): number {
    return this.#byId.size;
  }

  has(id: string): boolean {
    return this.#byId.has(id) || this.#ofConnections.has(id);
  }

  /** The id belongs to a connection here, whose session may be in another process. @returns a function that ends that */
  name(id: string): () => void {
    const mark = Symbol(id);
    this.#ofConnections.set(id, mark);
    return () => {
      if (this.#ofConnections.get(id) === mark) this.#ofConnections.delete(id);
    };
  }

  find(id: string): Session | undefined {
    return this.#byId.get(id);
  }

  /** @returns the new id of the session */
  register(session: Session): string {
    const id = newSessionId();
    this.#byId.set(id, session);
    return id;
  }

  /** A session that has an id already: of another process, or of a client that was given one. */
  adopt(id: string, session: Session): void {
    this.#byId.set(id, session);
  }

  /** Resolves when no request of any session runs or waits. */
  async idle(): Promise<void> {
    await Promise.all([...this.#byId.values()].map((session) => session.idle()));
  }

  forget(id: string, session: Session): void {
    if (this.#byId.get(id) === session) this.#byId.delete(id);
  }

  /** Ends every session, for the end of the server. No timer remains. */
  close(): void {
    for (const session of [...this.#byId.values()]) session.end();
  }
}
