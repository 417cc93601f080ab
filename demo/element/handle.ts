import type { AtriumCallElement, CallHandle, Room } from '../../client/index.js';

/** What a page has of a call that it shows. */
export class Handle implements CallHandle {
  readonly element: AtriumCallElement;
  readonly room: Room;
  readonly on: Room['on'];
  readonly off: Room['off'];
  readonly #left: () => Promise<void>;

  /** @param left leaves the room, and frees what the call has taken */
  constructor(element: AtriumCallElement, room: Room, left: () => Promise<void>) {
    this.element = element;
    this.room = room;
    this.on = room.on.bind(room);
    this.off = room.off.bind(room);
    this.#left = left;
  }

  leave(): Promise<void> {
    return this.#left();
  }
}
