import type { RelaySession } from '../port.js';
import type { OwnerLine } from './owner-line.js';

/** The lines of a room at its owner, and the session of each. */
export class OwnerLines {
  readonly #byId = new Map<string, OwnerLine>();
  /** By line, in the room or not. */
  readonly #sessions = new Map<string, RelaySession>();

  get all(): readonly OwnerLine[] {
    return [...this.#byId.values()];
  }

  get sessions(): Iterable<RelaySession> {
    return this.#sessions.values();
  }

  get(id: string): OwnerLine | undefined {
    return this.#byId.get(id);
  }

  /** Those of a gateway. */
  of(gateway: string): readonly OwnerLine[] {
    return this.all.filter((line) => line.gateway === gateway);
  }

  add(line: OwnerLine): void {
    this.#byId.set(line.id, line);
  }

  remove({ id }: OwnerLine): void {
    this.#byId.delete(id);
    this.#sessions.delete(id);
  }

  /** Undefined before its first message is served. */
  sessionOf({ id }: OwnerLine): RelaySession | undefined {
    return this.#sessions.get(id);
  }

  setSession({ id }: OwnerLine, session: RelaySession): void {
    this.#sessions.set(id, session);
  }

  clear(): void {
    this.#byId.clear();
    this.#sessions.clear();
  }
}
