import type { Grants } from '../../rooms/index.js';
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

  /** Whether all clients are told of all groups. */
  get showsAll(): boolean {
    return this.#mode === 'public';
  }

  /** The names of the groups that the operator has made. All clients are told of them. */
  get ofOptions(): Iterable<string> {
    return this.#ofOptions;
  }

  shows(group: Group, client: Client): boolean {
    const { owner, name } = group;
    if (client.subscriptions.has(group) || owner === client) return true;
    if (!mayKnow(group, client)) return false;
    if (this.showsToAll(name)) return true;
    return this.#mode === 'admin' && owner !== undefined;
  }

  /** Whether every client is told of a group of that name, whoever owns it. */
  showsToAll(name: string): boolean {
    return this.showsAll || this.#ofOptions.has(name);
  }
}

/** A client that may not come in, or has to wait until it is let in, is told nothing of the room, even if it names it. */
export function mayKnow(group: Group, client: Client): boolean {
  if (client.subscriptions.has(group) || group.owner === client) return true;
  const { name, settings } = group.room;
  return mayEnter(client.bearer.grantsIn(name), settings.waitingRoom);
}

/** Whether a client with these rights comes in without waiting. */
export function mayEnter({ roomJoin, roomAdmin }: Grants, waitingRoom: boolean): boolean {
  return roomJoin && (roomAdmin || !waitingRoom);
}
