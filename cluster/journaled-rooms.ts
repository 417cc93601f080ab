import type { Log } from '../log.js';
import type { JournaledRoom } from './owned-room.js';
import type { OwnedRoomsParts } from './owned-rooms-parts.js';
import { noRelay } from './room-relay.js';
import type { RoomRelay } from './room-relay.js';
import type { Owner } from './room-store.js';

/** The rooms of a node that have a journal, open or not: each until another node owns it, or until Redis does not have it any more. */
export class JournaledRooms {
  readonly #byName = new Map<string, JournaledRoom>();
  readonly #begun: Promise<OwnedRoomsParts>;
  readonly #log: Log;
  /** Called when none is left. */
  #emptied: () => void = () => undefined;

  /** @param begun what is there once the server is put together */
  constructor(begun: Promise<OwnedRoomsParts>, log: Log) {
    this.#begun = begun;
    this.#log = log;
  }

  get size(): number {
    return this.#byName.size;
  }

  get all(): Iterable<JournaledRoom> {
    return this.#byName.values();
  }

  get(name: string): JournaledRoom | undefined {
    return this.#byName.get(name);
  }

  has(room: JournaledRoom): boolean {
    return this.#byName.get(room.name) === room;
  }

  add(room: JournaledRoom): void {
    this.#byName.set(room.name, room);
  }

  /** Resolves when none is left. Only the last call of it is answered. */
  async empty(): Promise<void> {
    if (this.#byName.size > 0) await new Promise<void>((resolve) => (this.#emptied = resolve));
  }

  /**
   * Another node owns the room: nobody is told, and nothing happens to what that node knows of.
   * @param next the owner, if this node gave it the room
   */
  stepDown({ rooms, media, relay = noRelay }: OwnedRoomsParts, room: JournaledRoom, next?: Owner): void {
    if (!this.has(room)) return;
    this.#forget(room);
    media.stepDown(room.name);
    rooms.letGo(room.name);
    relay.ended(room, next ? 'given' : 'fenced', next);
  }

  /** Closes the room in Redis: in a later turn, when nothing is due any more, unless the room was opened again. */
  closeSoon(room: JournaledRoom): void {
    room.attempt += 1;
    const { attempt } = room;
    const close = async (): Promise<void> => {
      const { rooms, unlisted, relay = noRelay } = await this.#begun;
      await relay.idle(room);
      await room.handing;
      const isWanted = room.attempt !== attempt || rooms.find(room.name) !== undefined;
      if (isWanted || room.leaving || !this.has(room)) return;
      room.leaving = this.#close(room, relay, unlisted);
    };
    setImmediate(() => void close());
  }

  /** Leaves them all to other nodes. Nothing is written any more, and nobody is told. */
  leave(): void {
    for (const room of this.#byName.values()) {
      room.stopWaiting?.();
      room.journal.end();
    }
    this.#byName.clear();
  }

  /** Never rejects. */
  async #close(room: JournaledRoom, relay: RoomRelay, unlisted: (hash: string) => void): Promise<void> {
    try {
      await room.journal.close();
    } catch (error) {
      // Another node owns it: this one has stepped down by then.
      if (!this.has(room)) return;
      this.#log.error('A room could not be removed from Redis', { room: room.name, error });
      room.journal.end();
    }
    this.#forget(room);
    unlisted(room.hash);
    relay.ended(room, 'closed');
  }

  #forget(room: JournaledRoom): void {
    room.stopWaiting?.();
    this.#byName.delete(room.name);
    if (this.#byName.size === 0) this.#emptied();
  }
}
