import type { MediaEngine } from '../media/port.js';
import { RoomError } from './errors.js';
import type { Outbox } from './events.js';
import type { Attributes, Participant } from './participant.js';
import { Room } from './room.js';

export interface RoomsOptions {
  /** The time in ms since 1970. */
  readonly now?: () => number;
  /** Whether a participant of that id may open a room of that name. Default: everybody may. */
  readonly mayOpen?: (room: string, id: string) => boolean;
}

/** All rooms of the server, by name. A room exists from its first participant to its last. */
export class Rooms {
  readonly #media: MediaEngine;
  readonly #now: () => number;
  readonly #mayOpen: (room: string, id: string) => boolean;
  readonly #rooms = new Map<string, Room>();

  constructor(media: MediaEngine, { now = Date.now, mayOpen = () => true }: RoomsOptions = {}) {
    this.#media = media;
    this.#now = now;
    this.#mayOpen = mayOpen;
  }

  [Symbol.iterator](): Iterator<Room> {
    return this.#rooms.values();
  }

  get names(): string[] {
    return [...this.#rooms.keys()];
  }

  find(name: string): Room | undefined {
    return this.#rooms.get(name);
  }

  /**
   * Joins a room, which is made if need be. One step: a refused join leaves no room behind.
   * @throws RoomError `invalid-name`, `participant-exists`, `room-refused` when the room would be a new one and this participant
   *   may not open it, or there is no capacity for its media; without any media server within reach people can meet and talk all the same
   */
  join(name: string, id: string, attributes: Attributes, outbox: Outbox): Participant {
    if (name === '') throw new RoomError('invalid-name', 'The name of a room must not be empty');
    const existing = this.#rooms.get(name);
    if (existing) return existing.join(id, attributes, outbox);
    if (this.#media.hasCapacity === false) {
      throw new RoomError('room-refused', `Room "${name}" cannot be opened: the media servers are at their limit`);
    }
    if (id !== '' && !this.#mayOpen(name, id)) {
      throw new RoomError('room-refused', `There is no room "${name}", and "${id}" may not open one`);
    }
    const room = new Room(name, this.#media, () => this.#rooms.delete(name), this.#now);
    const participant = room.join(id, attributes, outbox);
    this.#rooms.set(name, room);
    return participant;
  }

  /** Closes every room, as on shutdown. */
  close(reason: string): void {
    for (const room of this.#rooms.values()) room.close(reason);
  }
}
