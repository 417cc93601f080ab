import { Refusal } from './errors.js';
import type { StreamState } from './messages.js';
import type { User } from './user.js';

/** The streams that one user declared and wants to receive. */
interface Streams {
  /** Descriptions by kind. */
  readonly declared: Map<string, string>;
  /** Kinds by the id of the sender. */
  readonly wanted: Map<string, Set<string>>;
  /** How many kinds there are in `wanted`. */
  wants: number;
}

/**
 * The data streams that users declared and want. They are no publications: they belong to users, not to sessions, and a
 * user may want a stream that nobody declared (docs/protocols/orchestrator.md#6-rules).
 */
export class DataStreams {
  readonly #maxStreams: number;
  readonly #byUser = new Map<User, Streams>();
  /** The receivers of a stream, by the id of the sender and then by kind. */
  readonly #receivers = new Map<string, Map<string, Set<User>>>();

  constructor(maxStreams: number) {
    this.#maxStreams = maxStreams;
  }

  /** How many entries are kept, for tests of leaks. */
  get size(): number {
    return this.#byUser.size + this.#receivers.size;
  }

  /** All users that want the stream, in any session. */
  receivers(senderId: string, kind: string): ReadonlySet<User> | undefined {
    return this.#receivers.get(senderId)?.get(kind);
  }

  /** Declaring again replaces the description. @throws Refusal 801 for one too many */
  declare(user: User, kind: string, description: string): void {
    const { declared } = this.#of(user);
    this.#assertRoom(declared.size + (declared.has(kind) ? 0 : 1));
    declared.set(kind, description);
  }

  /** The receivers stay registered. */
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

  /** Forgets a user that logs out: the streams they declared and want, and the registrations of others for them. */
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
          // The original misspells the first member. Newer clients may read the second.
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
