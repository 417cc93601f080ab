import type { Participant } from '../../rooms/participant.js';
import { newSessionId } from './session-id.js';
import type { Session } from './session.js';

/** The sessions a client may name: each under the id of its present membership (Kurento Room §1.3). */
export class Sessions {
  readonly #byId = new Map<string, Session>();
  readonly #byParticipant = new WeakMap<Participant, Session>();

  get size(): number {
    return this.#byId.size;
  }

  find(id: string): Session | undefined {
    return this.#byId.get(id);
  }

  /** The session a participant belongs to, while it can be resumed. */
  of(participant: Participant): Session | undefined {
    return this.#byParticipant.get(participant);
  }

  /** @returns the new id of the session */
  register(session: Session): string {
    const id = newSessionId();
    this.#byId.set(id, session);
    return id;
  }

  joined(participant: Participant, session: Session): void {
    this.#byParticipant.set(participant, session);
  }

  forget(id: string): void {
    this.#byId.delete(id);
  }

  /** Ends every session, as on shutdown: nobody is told, no timer remains. */
  close(): void {
    for (const session of [...this.#byId.values()]) session.end();
  }
}
