import { roomKey } from '../rooms/index.js';
import type { Rooms } from '../rooms/index.js';
import { listedRoomOf } from './listed-room.js';
import type { ListedRoom } from './listed-room.js';
import type { OtherNodes } from './other-nodes.js';

/** The rooms of this server, and of all nodes where it is one of several. */
export class AllRooms {
  readonly #rooms: Rooms;
  readonly #others: Pick<OtherNodes, 'rooms'> | undefined;

  constructor(rooms: Rooms, others: Pick<OtherNodes, 'rooms'> | undefined) {
    this.#rooms = rooms;
    this.#others = others;
  }

  /** In the order they were opened. @throws Problem `room-unreachable` */
  async list(): Promise<readonly ListedRoom[]> {
    if (!this.#others) return [...this.#rooms].map(listedRoomOf);
    const elsewhere = await this.#others.rooms();
    const here = [...this.#rooms].map(listedRoomOf);
    const names = new Set(here.map(({ name }) => name));
    return [...here, ...elsewhere.filter(({ name }) => !names.has(name))].sort(byAge);
  }

  /** Those of these names that there are, each once, in that order. @throws as `list` */
  async named(names: readonly string[]): Promise<readonly ListedRoom[]> {
    const all = new Map((await this.list()).map((room) => [room.name, room]));
    return [...new Set(names.map(roomKey))].flatMap((key) => all.get(key) ?? []);
  }
}

/** The same order at all nodes, also for rooms of the same millisecond. */
function byAge(one: ListedRoom, two: ListedRoom): number {
  return one.createdAt - two.createdAt || (one.sid < two.sid ? -1 : 1);
}
