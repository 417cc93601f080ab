import type { Participant, Room } from '../../rooms/index.js';
import type { Client } from './client.js';
import { nilUuid } from './identity.js';
import type { Outsider } from './outsider.js';
import type { GroupText, Notice } from './protocol-version.js';
import { EncodedNotice } from './encoded-notice.js';

/** A room that another process has, as a group in a list. */
export function groupElsewhere(name: string, nickname: string | null): GroupText {
  return textOf(name, nickname, nilUuid, []);
}

/** A room as clients of this protocol see it: with an owner, and subscribers. */
export class Group {
  readonly name: string;
  readonly nickname: string | null;
  readonly room: Room;
  /** Undefined for a group that belongs to nobody; no client can delete it. */
  readonly owner: Client | undefined;
  readonly #subscribers = new Map<Client, Participant>();
  /** Participants of other protocols. */
  readonly #outsiders = new Map<Participant, Outsider>();
  #text: GroupText | undefined;

  constructor(name: string, nickname: string | null, room: Room, owner: Client | undefined) {
    this.name = name;
    this.nickname = nickname;
    this.room = room;
    this.owner = owner;
  }

  /** The group as it is now. A change makes a new object, so a text that was taken earlier does not change. */
  get text(): GroupText {
    const { name, nickname } = this;
    return (this.#text ??= textOf(name, nickname, this.owner?.uuid ?? nilUuid, this.#uuids));
  }

  get subscribers(): IterableIterator<Client> {
    return this.#subscribers.keys();
  }

  /** Those that others may know of. */
  get listed(): Client[] {
    return [...this.#subscribers].flatMap(([client, { grants }]) => (grants.hidden ? [] : [client]));
  }

  /** Whether the client subscribes, and others do not learn of it. */
  hides(client: Client): boolean {
    return this.#subscribers.get(client)?.grants.hidden === true;
  }

  get outsiders(): ReadonlyMap<Participant, Outsider> {
    return this.#outsiders;
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

  /** Forgets a subscriber. The caller ends its membership of the room, which is returned. */
  remove(client: Client): Participant | undefined {
    const membership = this.#subscribers.get(client);
    this.#subscribers.delete(client);
    client.subscriptions.delete(this);
    this.#text = undefined;
    return membership;
  }

  welcome(outsider: Outsider): void {
    this.#outsiders.set(outsider.participant, outsider);
    outsider.group = this;
    this.#text = undefined;
  }

  forget(participant: Participant): Outsider | undefined {
    const outsider = this.#outsiders.get(participant);
    this.#outsiders.delete(participant);
    this.#text = undefined;
    return outsider;
  }

  /** Tells every subscriber. */
  tell(notice: Notice, except?: Client): void {
    const encoded = new EncodedNotice(notice);
    for (const client of this.#subscribers.keys()) if (client !== except) client.hear(encoded);
  }

  get #uuids(): string[] {
    return [...this.listed, ...this.#outsiders.values()].map(({ uuid }) => uuid);
  }
}

function textOf(name: string, nickname: string | null, owner_uuid: string, subscribers: readonly string[]): GroupText {
  return { name, json: JSON.stringify({ name, nickname, owner_uuid, subscribers }) };
}
