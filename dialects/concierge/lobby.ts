import type { Client } from './client.js';
import type { Identity } from './identity.js';
import type { Notice } from './language.js';
import { Telling } from './telling.js';

/** Everybody clients of this protocol know of, by name and by uuid: themselves, and strangers who are in rooms. */
export class Lobby {
  readonly #clients = new Map<string, Client>();
  readonly #byName = new Map<string, Identity>();
  readonly #byUuid = new Map<string, Identity>();

  get identities(): Identity[] {
    return [...this.#byName.values()];
  }

  get clients(): IterableIterator<Client> {
    return this.#clients.values();
  }

  get size(): number {
    return this.#byName.size;
  }

  named(name: string): Identity | undefined {
    return this.#byName.get(name);
  }

  /** @param uuid in any case */
  identified(uuid: string): Identity | undefined {
    return this.#byUuid.get(uuid.toLowerCase());
  }

  /** The client of that uuid; undefined when it is a stranger's or nobody's. */
  client(uuid: string): Client | undefined {
    return this.#clients.get(uuid.toLowerCase());
  }

  /** The others are told first. */
  enter(client: Client): void {
    this.welcome(client);
    this.#clients.set(client.uuid, client);
  }

  /** Somebody of another protocol; everybody is told. */
  welcome(identity: Identity): void {
    this.tell({ type: 'clientJoined', client: identity });
    this.#byName.set(identity.name, identity);
    this.#byUuid.set(identity.uuid, identity);
  }

  /** Frees the name; nobody is told yet. */
  remove(identity: Identity): void {
    this.#clients.delete(identity.uuid);
    this.#byName.delete(identity.name);
    this.#byUuid.delete(identity.uuid);
  }

  tell(notice: Notice, except?: Client): void {
    const telling = new Telling(notice);
    for (const client of this.#clients.values()) if (client !== except) client.hear(telling);
  }

  /** A name like that which is free: as it is, or with the beginning of the id (bridging: people known by name). */
  freeName(displayName: string, id: string): string {
    const names = [displayName, `${displayName}-${id.slice(0, 4)}`, `${displayName}-${id}`];
    const free = names.find((name) => !this.#byName.has(name));
    if (free !== undefined) return free;
    let number = 2;
    while (this.#byName.has(`${displayName}-${id}-${number}`)) number += 1;
    return `${displayName}-${id}-${number}`;
  }
}
