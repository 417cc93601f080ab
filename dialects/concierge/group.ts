import type { Participant, Room } from '../../rooms/index.js';
import type { Client } from './client.js';
import { nilUuid } from './identity.js';
import type { Identity } from './identity.js';
import type { GroupText, Notice } from './language.js';
import { Telling } from './telling.js';

/** A room as clients of this protocol see it: with an owner, and subscribers. */
export class Group {
  readonly name: string;
  readonly nickname: string | null;
  readonly room: Room;
  /** Undefined for groups of nobody, which no client can delete. */
  readonly owner: Client | undefined;
  readonly #subscribers = new Map<Client, Participant>();
  /** Participants of other protocols. */
  readonly #strangers = new Map<Participant, Identity>();
  #text: GroupText | undefined;

  constructor(name: string, nickname: string | null, room: Room, owner: Client | undefined) {
    this.name = name;
    this.nickname = nickname;
    this.room = room;
    this.owner = owner;
  }

  /** As it is now; a text that was taken stays as it was. */
  get text(): GroupText {
    const { name, nickname } = this;
    this.#text ??= {
      name,
      json: JSON.stringify({ name, nickname, owner_uuid: this.owner?.uuid ?? nilUuid, subscribers: this.#uuids }),
    };
    return this.#text;
  }

  get subscribers(): IterableIterator<Client> {
    return this.#subscribers.keys();
  }

  get strangers(): ReadonlyMap<Participant, Identity> {
    return this.#strangers;
  }

  /** Whether that client or stranger is among its subscribers. */
  lists(identity: Identity): boolean {
    return this.#uuids.includes(identity.uuid);
  }

  /** The subscriber's membership of the room. */
  membershipOf(client: Client): Participant | undefined {
    return this.#subscribers.get(client);
  }

  add(client: Client, membership: Participant): void {
    this.#subscribers.set(client, membership);
    client.subscriptions.add(this);
    this.#text = undefined;
  }

  /** Forgets a subscriber; her membership of the room is not ended by it. */
  remove(client: Client): Participant | undefined {
    const membership = this.#subscribers.get(client);
    this.#subscribers.delete(client);
    client.subscriptions.delete(this);
    this.#text = undefined;
    return membership;
  }

  welcome(participant: Participant, identity: Identity): void {
    this.#strangers.set(participant, identity);
    this.#text = undefined;
  }

  forget(participant: Participant): Identity | undefined {
    const identity = this.#strangers.get(participant);
    this.#strangers.delete(participant);
    this.#text = undefined;
    return identity;
  }

  /** Tells every subscriber. */
  tell(notice: Notice, except?: Client): void {
    const telling = new Telling(notice);
    for (const client of this.#subscribers.keys()) if (client !== except) client.hear(telling);
  }

  get #uuids(): string[] {
    return [...this.#subscribers.keys(), ...this.#strangers.values()].map(({ uuid }) => uuid);
  }
}
