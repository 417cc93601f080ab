import type { Participant, Room } from '../../rooms/index.js';
import type { User } from './user.js';
import type { Users } from './users.js';

/**
 * The ids by which users know each other, and outsiders in rooms with them (docs/protocols/orchestrator.md#15-sharing-rooms). The id of
 * a user is its own in every room.
 */
export class People {
  readonly #users: Users;
  readonly #newId: () => string;
  /** The user of each present or former membership. */
  readonly #own = new WeakMap<Participant, User>();
  /** The ids of outsiders whose own id is that of a user. */
  readonly #others = new WeakMap<Participant, string>();

  constructor(users: Users, newId: () => string) {
    this.#users = users;
    this.#newId = newId;
  }

  /** Called before others are told of the participant. */
  joined(user: User, participant: Participant): void {
    this.#own.set(participant, user);
  }

  /** The user of a present or former membership. Undefined for participants of other dialects. */
  userOf(participant: Participant): User | undefined {
    return this.#own.get(participant);
  }

  idOf(participant: Participant): string {
    return this.#own.get(participant)?.id ?? this.#others.get(participant) ?? this.#newcomerId(participant);
  }

  /** Finds a participant that is in the room now. */
  find(id: string, room: Room): Participant | undefined {
    const user = this.#users.find(id);
    if (user) return user.participant?.room === room ? user.participant : undefined;
    const namesake = room.find(id);
    if (namesake && this.idOf(namesake) === id) return namesake;
    for (const participant of room.participants) if (this.#others.get(participant) === id) return participant;
    return undefined;
  }

  /** The id of an outsider, which does not change while it stays: a user's id is never given twice, so none gets this one later. */
  #newcomerId(participant: Participant): string {
    if (!this.#users.find(participant.id)) return participant.id;
    const id = this.#newId();
    this.#others.set(participant, id);
    return id;
  }
}
