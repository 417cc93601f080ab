import type { Participant, Room } from '../../rooms/index.js';
import { cleanName } from './identity.js';
import type { WireUser } from './messages.js';
import type { User } from './user.js';

/**
 * The integer ids of this protocol: of its users, and of outsiders in rooms with them
 * (docs/protocols/compeit.md#8-sharing-rooms).
 */
export class People {
  readonly #users = new Map<number, User>();
  /** Authenticated users by account. */
  readonly #accounts = new Map<string, User>();
  /** The user of each present or former membership. */
  readonly #own = new WeakMap<Participant, User>();
  readonly #outsiders = new WeakMap<Participant, number>();
  #last = 0;

  /** How many users are connected. */
  get size(): number {
    return this.#users.size;
  }

  /** Ids do not repeat while the server runs. */
  nextId(): number {
    this.#last += 1;
    return this.#last;
  }

  add(user: User): void {
    this.#users.set(user.id, user);
    if (user.account !== undefined) this.#accounts.set(user.account, user);
  }

  remove(user: User): void {
    this.#users.delete(user.id);
    if (user.account !== undefined && this.#accounts.get(user.account) === user) this.#accounts.delete(user.account);
  }

  /** Called before others are told of the participant. */
  joined(user: User, participant: Participant): void {
    this.#own.set(participant, user);
  }

  byAccount(account: string | undefined): User | undefined {
    return account === undefined ? undefined : this.#accounts.get(account);
  }

  /** Undefined for participants of other dialects. */
  userOf(participant: Participant): User | undefined {
    return this.#own.get(participant);
  }

  idOf(participant: Participant): number {
    const id = this.userOf(participant)?.id ?? this.#outsiders.get(participant) ?? this.nextId();
    if (!this.userOf(participant)) this.#outsiders.set(participant, id);
    return id;
  }

  /** Finds a participant that is in the room now. */
  find(id: number, room: Room): Participant | undefined {
    const user = this.#users.get(id);
    // Ids are numbers in a row, so that a page may guess the one of a hidden user.
    if (user) return user.membership?.room === room && !user.membership.grants.hidden ? user.membership : undefined;
    for (const participant of room.participants) if (this.#outsiders.get(participant) === id) return participant;
    return undefined;
  }

  describe(participant: Participant): WireUser {
    const id = this.idOf(participant);
    return { id, email: null, name: cleanName(participant.attributes.displayName) ?? `Guest ${id}` };
  }

  [Symbol.iterator](): Iterator<User> {
    return this.#users.values();
  }
}
