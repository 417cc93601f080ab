import type { RoomListMode } from '../dialect.js';
import type { Client } from './client.js';
import type { Group } from './group.js';

/** Which groups a client is told of without naming them (docs/protocols/concierge.md#15-sharing-rooms). */
export class Visibility {
  readonly #mode: RoomListMode;
  readonly #ofOptions: ReadonlySet<string>;

  /** @param ofOptions the names of the groups that the operator has made */
  constructor(mode: RoomListMode, ofOptions: Iterable<string>) {
    this.#mode = mode;
    this.#ofOptions = new Set(ofOptions);
  }

  shows(group: Group, client: Client): boolean {
    const { owner, name } = group;
    if (this.#mode === 'public' || client.subscriptions.has(group) || owner === client) return true;
    return this.#ofOptions.has(name) || (this.#mode === 'admin' && owner !== undefined);
  }
}
