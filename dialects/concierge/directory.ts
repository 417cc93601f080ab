import type { Client } from './client.js';
import type { Identity } from './identity.js';
import type { Notice } from './protocol-version.js';
import { EncodedNotice } from './encoded-notice.js';

/** All identities that clients can address, by name and by uuid: the clients, and the outsiders in rooms. */
export class Directory {
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

  /** The client with this uuid; undefined for the uuid of an outsider. */
  client(uuid: string): Client | undefined {
    return this.#clients.get(uuid.toLowerCase());
  }

  /** Adds a client. The others are told first. */
  enter(client: Client): void {
    this.welcome(client);
    this.#clients.set(client.uuid, client);
  }

  /** Adds an identity and tells all clients; called directly for outsiders. */
  welcome(identity: Identity): void {
    this.tell({ type: 'clientJoined', client: identity });
    this.#byName.set(identity.name, identity);
    this.#byUuid.set(identity.uuid, identity);
  }

  /** Removes an identity and frees its name. The caller tells the clients. */
  remove(identity: Identity): void {
    this.#clients.delete(identity.uuid);
    this.#byName.delete(identity.name);
    this.#byUuid.delete(identity.uuid);
  }

  tell(notice: Notice, except?: Client): void {
    const encoded = new EncodedNotice(notice);
    for (const client of this.#clients.values()) if (client !== except) client.hear(encoded);
  }

  /** `displayName`, made unique with a piece of the id where it is taken (bridging: people known by name). */
  freeName(displayName: string, id: string): string {
    const names = [displayName, `${displayName}-${id.slice(0, 4)}`, `${displayName}-${id}`];
    const free = names.find((name) => !this.#byName.has(name));
    if (free !== undefined) return free;
    let number = 2;
    while (this.#byName.has(`${displayName}-${id}-${number}`)) number += 1;
    return `${displayName}-${id}-${number}`;
  }
}
