import type { Participant } from '../../rooms/index.js';
import { newSessionId } from './session-id.js';
import type { Session } from './session.js';

/** The sessions that clients can name, by their ids (docs/protocols/kurento-room.md#13-the-session-layer). */
export class Sessions {
  readonly #byId = new Map<string, Session>();
  readonly #byParticipant = new WeakMap<Participant, Session>();

  get size(): number {
    return this.#byId.size;
  }

  find(id: string): Session | undefined {
    return this.#byId.get(id);
  }

  /** The session of a participant; undefined for participants of other protocols. */
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

  /** Ends every session, for the end of the server. No timer remains. */
  close(): void {
    for (const session of [...this.#byId.values()]) session.end();
  }
}
