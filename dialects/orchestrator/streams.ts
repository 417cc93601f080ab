import { Refusal } from './errors.js';
import type { StreamState } from './messages.js';
import type { User } from './user.js';

/** What one user declared and wants to receive. */
interface Streams {
  /** Descriptions by kind. */
  readonly declared: Map<string, string>;
  /** Kinds by the id of whose streams they are. */
  readonly wanted: Map<string, Set<string>>;
  /** How many kinds there are in `wanted`. */
  wants: number;
}

/**
 * Who declared and who wants which data streams. They belong to users, not to sessions, and one may want a stream that nobody
 * declared (Orchestrator §6): so they are no publications.
 */
export class DataStreams {
  readonly #maxStreams: number;
  readonly #byUser = new Map<User, Streams>();
  /** Who wants the streams of a user: by that one's id, then by kind. */
  readonly #receivers = new Map<string, Map<string, Set<User>>>();

  constructor(maxStreams: number) {
    this.#maxStreams = maxStreams;
  }

  /** Entries that are kept. */
  get size(): number {
    return this.#byUser.size + this.#receivers.size;
  }

  /** Everybody who wants that stream, in whatever session. */
  receivers(senderId: string, kind: string): ReadonlySet<User> | undefined {
    return this.#receivers.get(senderId)?.get(kind);
  }

  /** Declaring again replaces the description. @throws Refusal 801 for one too many */
  declare(user: User, kind: string, description: string): void {
    const { declared } = this.#of(user);
    this.#assertRoom(declared.size + (declared.has(kind) ? 0 : 1));
    declared.set(kind, description);
  }

  /** Who wants it goes on wanting it. */
  remove(user: User, kind: string): void {
    this.#byUser.get(user)?.declared.delete(kind);
  }

  /** @throws Refusal 801 for one too many */
  register(user: User, senderId: string, kind: string): void {
    const streams = this.#of(user);
    const kinds = streams.wanted.get(senderId) ?? new Set();
    if (kinds.has(kind)) return;
    this.#assertRoom(streams.wants + 1);
    streams.wants += 1;
    streams.wanted.set(senderId, kinds.add(kind));
    const byKind = this.#receivers.get(senderId) ?? new Map<string, Set<User>>();
    this.#receivers.set(senderId, byKind);
    byKind.set(kind, (byKind.get(kind) ?? new Set()).add(user));
  }

  unregister(user: User, senderId: string, kind: string): void {
    const streams = this.#byUser.get(user);
    const kinds = streams?.wanted.get(senderId);
    if (!streams || !kinds?.delete(kind)) return;
    streams.wants -= 1;
    if (kinds.size === 0) streams.wanted.delete(senderId);
    const byKind = this.#receivers.get(senderId);
    const users = byKind?.get(kind);
    users?.delete(user);
    if (users?.size === 0) byKind?.delete(kind);
    if (byKind?.size === 0) this.#receivers.delete(senderId);
  }

  /** Forgets a user who logs out: what she wants, and what others want of her. */
  forget(user: User): void {
    for (const [senderId, kinds] of this.#byUser.get(user)?.wanted ?? []) {
      for (const kind of [...kinds]) this.unregister(user, senderId, kind);
    }
    for (const [kind, users] of this.#receivers.get(user.id) ?? []) {
      for (const other of [...users]) this.unregister(other, user.id, kind);
    }
    this.#byUser.delete(user);
  }

  stateOf(user: User): StreamState {
    const { declared, wanted } = this.#of(user);
    return {
      connectionId: user.id,
      connectionLoggedAs: user.id,
      dataStreams: Object.fromEntries(
        [...declared].map(([kind, description]) => [
          kind,
          // The original misspells the first; newer clients may look for the second.
          { dataStreamKind: kind, dataSteamDescription: description, dataStreamDescription: description },
        ]),
      ),
      remoteDataStreams: Object.fromEntries(
        [...wanted].flatMap(([senderId, kinds]) =>
          [...kinds].map((kind) => [
            `${senderId}::${kind}`,
            { dataStreamUserId: senderId, dataStreamKind: kind, dataStreamDescription: '' },
          ]),
        ),
      ),
    };
  }

  #of(user: User): Streams {
    let streams = this.#byUser.get(user);
    if (!streams) {
      streams = { declared: new Map(), wanted: new Map(), wants: 0 };
      this.#byUser.set(user, streams);
    }
    return streams;
  }

  #assertRoom(count: number): void {
    if (count > this.#maxStreams) throw new Refusal(801, `More than ${this.#maxStreams} streams of one user`);
  }
}
