import type { MediaEngine } from '../media/port.js';
import { RoomError } from './errors.js';
import type { Outbox, RoomEvent } from './events.js';
import type { Attributes, Participant } from './participant.js';
import { Room } from './room.js';
import type { RoomOptions } from './room.js';

export interface RoomsOptions {
  /** The time in ms since 1970. */
  readonly now?: () => number;
  /** Whether a participant of that `displayName` may open a room of that name. Default: everybody may. */
  readonly mayOpen?: (room: string, displayName: string) => boolean;
}

/** Sees what happens in every room, without being in any: for protocols that list rooms and people to all their clients. */
export interface RoomsWatcher {
  /** Before anything else happens in it. */
  roomOpened(room: Room): void;
  /** As `RoomOptions.watch`. */
  happened(room: Room, event: RoomEvent): void;
}

/** All rooms of the server, by name. A room exists from its first participant to its last. */
export class Rooms {
  readonly #media: MediaEngine;
  readonly #now: () => number;
  readonly #mayOpen: (room: string, displayName: string) => boolean;
  readonly #rooms = new Map<string, Room>();
  readonly #watchers = new Set<RoomsWatcher>();

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
    const existing = this.#rooms.get(name);
    if (existing) return existing.join(id, attributes, outbox);
    this.#assertOpenable(name, id === '' ? undefined : attributes.displayName);
    // The one thing an empty room refuses.
    if (id === '') throw new RoomError('invalid-name', 'The name of a participant must not be empty');
    return this.#add(name, {}).join(id, attributes, outbox);
  }

  /**
   * Makes a room that nobody is in yet. It stays until it is closed, or until it need not stay any more (`Room.stays`).
   * @param by The `displayName` of whoever wants it; undefined for the server itself, who may.
   * @throws RoomError `invalid-name`, `room-exists`, `room-refused`
   */
  open(name: string, { title, by }: { readonly title?: string; readonly by?: string } = {}): Room {
    if (this.#rooms.has(name)) throw new RoomError('room-exists', `There is a room "${name}" already`);
    this.#assertOpenable(name, by);
    return this.#add(name, { title, stays: true });
  }

  /** Shows the watcher what happens from now on; the function that is returned ends that. */
  watch(watcher: RoomsWatcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #assertOpenable(name: string, by: string | undefined): void {
    if (name === '') throw new RoomError('invalid-name', 'The name of a room must not be empty');
    if (this.#media.hasCapacity === false) {
      throw new RoomError('room-refused', `Room "${name}" cannot be opened: the media servers are at their limit`);
    }
    if (by !== undefined && !this.#mayOpen(name, by)) {
      throw new RoomError('room-refused', `There is no room "${name}", and "${by}" may not open one`);
    }
  }

  #add(name: string, options: Pick<RoomOptions, 'title' | 'stays'>): Room {
    const watch = (event: RoomEvent): void => {
      for (const watcher of this.#watchers) watcher.happened(room, event);
    };
    const room = new Room(name, this.#media, () => this.#rooms.delete(name), { ...options, now: this.#now, watch });
    this.#rooms.set(name, room);
    for (const watcher of this.#watchers) watcher.roomOpened(room);
    return room;
  }

  /** Closes every room, as on shutdown. */
  close(reason: string): void {
    for (const room of this.#rooms.values()) room.close(reason);
  }
}
