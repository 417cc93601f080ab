import type { Client } from './client.js';
import type { Participant } from '../../rooms/index.js';
import type { Identity } from './identity.js';
import { Outsider, namesOf } from './outsider.js';
import type { Notice } from './protocol-version.js';
import { EncodedNotice } from './encoded-notice.js';

/**
 * All identities that clients can address, by name and by uuid: the clients, and the outsiders in rooms. Clients come first: an outsider
 * never keeps a name that a client wants.
 */
export class Directory {
  readonly #clients = new Map<string, Client>();
  readonly #byName = new Map<string, Client | Outsider>();
  readonly #byUuid = new Map<string, Client | Outsider>();

  /** The identities that a client is told of: all clients, and the outsiders in its groups. */
  identitiesFor(client: Client): Identity[] {
    const outsiders = [...client.subscriptions].flatMap((group) => [...group.outsiders.values()]);
    return [...this.#clients.values(), ...outsiders];
  }

  get clients(): IterableIterator<Client> {
    return this.#clients.values();
  }

  /** Whether there is no client. */
  get isEmpty(): boolean {
    return this.#clients.size === 0;
  }

  get size(): number {
    return this.#byName.size;
  }

  named(name: string): Client | Outsider | undefined {
    return this.#byName.get(name);
  }

  clientNamed(name: string): Client | undefined {
    const known = this.#byName.get(name);
    return known instanceof Outsider ? undefined : known;
  }

  /** As `identified`, but for outsiders in no group of the client. @param uuid in any case */
  identifiedFor(client: Client, uuid: string): Client | Outsider | undefined {
    const identity = this.identified(uuid);
    return identity && isKnownTo(client, identity) ? identity : undefined;
  }

  /** @param uuid in any case */
  identified(uuid: string): Client | Outsider | undefined {
    return this.#byUuid.get(uuid.toLowerCase());
  }

  /** The client with this uuid; undefined for the uuid of an outsider. */
  client(uuid: string): Client | undefined {
    return this.#clients.get(uuid.toLowerCase());
  }

  /** Adds a client. The others are told first. An outsider that has its name gets another one. */
  enter(client: Client): void {
    const namesake = this.#byName.get(client.name);
    if (namesake instanceof Outsider) this.#rename(namesake);
    this.tell({ type: 'clientJoined', client });
    this.#add(client);
    this.#clients.set(client.uuid, client);
  }

  /** Adds an outsider under a name that is free. The caller tells the subscribers of its group. */
  welcome(participant: Participant, uuid: string): Outsider {
    const outsider = new Outsider(participant, uuid, this.#freeOf(namesOf(participant, uuid)) ?? uuid);
    this.#add(outsider);
    return outsider;
  }

  /** Removes an identity and frees its name. The caller tells the clients. */
  remove(identity: Client | Outsider): void {
    this.#clients.delete(identity.uuid);
    if (this.#byName.get(identity.name) === identity) this.#byName.delete(identity.name);
    this.#byUuid.delete(identity.uuid);
  }

  /** Called when there is no client any more. */
  forgetOutsiders(): void {
    this.#byName.clear();
    this.#byUuid.clear();
  }

  /** Tells all clients, or those for which `hears` is true. */
  tell(notice: Notice, except?: Client, hears: (client: Client) => boolean = () => true): void {
    if (this.#clients.size === 0) return;
    const encoded = new EncodedNotice(notice);
    for (const client of this.#clients.values()) if (client !== except && hears(client)) client.hear(encoded);
  }

  #add(identity: Client | Outsider): void {
    this.#byName.set(identity.name, identity);
    this.#byUuid.set(identity.uuid, identity);
  }

  /** The protocol has no word for a new name, so subscribers are told that the outsider left and came. Its uuid stays. */
  #rename(outsider: Outsider): void {
    outsider.group?.tell({ type: 'clientLeft', client: outsider });
    const [, ...longer] = namesOf(outsider.participant, outsider.uuid);
    const name = this.#freeOf(longer) ?? outsider.uuid;
    this.#byName.delete(outsider.name);
    outsider.name = name;
    this.#add(outsider);
    outsider.group?.tell({ type: 'clientJoined', client: outsider });
  }

  /** Undefined if all are taken. */
  #freeOf(names: readonly string[]): string | undefined {
    return names.find((name) => !this.#byName.has(name));
  }
}

function isKnownTo(client: Client, identity: Client | Outsider): boolean {
  if (!(identity instanceof Outsider)) return true;
  return identity.group !== undefined && client.subscriptions.has(identity.group);
}
