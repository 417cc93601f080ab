import { newSessionId } from './session-id.js';
import type { Session } from './session.js';

/** The sessions that clients can name, by their ids (docs/protocols/kurento-room.md#13-the-session-layer). */
export class Sessions {
  readonly #byId = new Map<string, Session>();

  get size(): number {
    return this.#byId.size;
  }

  has(id: string): boolean {
    return this.#byId.has(id);
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
