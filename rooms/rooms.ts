import type { MediaEngine } from '../media/port.js';
import type { Admit } from './admission.js';
import { RoomError } from './errors.js';
import type { Outbox, RoomEvent } from './events.js';
import { Evictions, defaultEvictionMs } from './evictions.js';
import type { Returner } from './evictions.js';
import type * as api from './index.js';
import { assertAddress, checkedAttributes, checkedName, roomKey } from './names.js';
import { Room } from './room.js';
import type { RoomOptions } from './room.js';

export interface RoomsOptions {
  /** The time in ms since 1970. */
  readonly now?: () => number;
  /** Asked before every join, and before a room is opened for a client. Default: everybody is admitted, and nothing is awaited. */
  readonly admit?: Admit;
  /**
   * Called before a join, or the opening of a room, waits for `admit`. The function that it returns runs the rest: so what that tells can
   * be charged to the client that caused it. Default: the rest is just run.
   */
  readonly keepPayer?: KeepPayer;
  /** The longest text that can be said, in bytes of UTF-8. Default: 16,384. */
  readonly maxTextBytes?: number;
  /** How long an evicted participant may not be back. 0: not at all. Default: 30,000. */
  readonly evictionMs?: number;
}

/** Called before a wait. What it returns runs a function after the wait. */
export type KeepPayer = () => <Result>(rest: () => Result) => Result;

/** A client that wants to join. */
export interface Newcomer {
  /**
   * `Participant.id`. It must be in Unicode normalization form C, since others address the participant by it. If a participant of another
   * protocol has it, the newcomer gets a longer one.
   */
  readonly id: string;
  /**
   * Whether the protocol addresses people by name, and `id` is that name. Then the name stays as it is: a participant of another protocol
   * that has it is renamed, and one of the same protocol keeps it. Default: whether `id` equals `displayName`.
   */
  readonly idIsName?: boolean;
  readonly attributes: api.Attributes;
  /**
   * What the client is known by when it comes back with another id: a participant of this identity that was evicted may not be back for
   * EVICTION_MS. Default: the id.
   */
  readonly identity?: string | undefined;
  /** The client as its protocol has it, which may not be back under another identity either. It is kept as long as the membership. */
  readonly session?: object | undefined;
  /**
   * Called when a participant known by that id is in the room, right before the newcomer joins: may end that membership. If it does not,
   * the newcomer is refused.
   * @param session that of the participant
   */
  readonly makePlace?: (present: api.Participant, session: object | undefined) => void;
}

/** Called with the new participant, of which nobody has been told yet. Returns its outbox; undefined when the client has gone. */
export type Enter = (participant: api.Participant) => Outbox | undefined;

export interface OpenOptions {
  /** For people, where it differs from the name. */
  readonly title?: string;
  /** The client that wants the room; `admit` is asked about it. Undefined for the server itself, which is not asked about. */
  readonly by?: api.Attributes;
}

/** Sees what happens in every room, without being in any: for protocols that list rooms and people to all their clients. */
export interface RoomsWatcher {
  /** Before anything else happens in it. */
  roomOpened(room: api.Room): void;
  /** Something that everybody in the room was told, after them. Must not throw, and must not call back into the room. */
  happened(room: api.Room, event: RoomEvent): void;
}

/** All rooms of the server, by name. A room exists from its first participant to its last. */
export class Rooms {
  readonly #media: MediaEngine;
  readonly #admit: Admit | undefined;
  readonly #keepPayer: KeepPayer;
  readonly #evictions: Evictions;
  readonly #roomOptions: Pick<RoomOptions, 'now' | 'maxTextBytes'>;
  readonly #rooms = new Map<string, Room>();
  readonly #watchers = new Set<RoomsWatcher>();

  constructor(
    media: MediaEngine,
    {
      now = Date.now,
      admit,
      keepPayer = () => (rest) => rest(),
      maxTextBytes,
      evictionMs = defaultEvictionMs,
    }: RoomsOptions = {},
  ) {
    this.#media = media;
    this.#roomOptions = { now, ...(maxTextBytes !== undefined && { maxTextBytes }) };
    this.#admit = admit;
    this.#keepPayer = keepPayer;
    this.#evictions = new Evictions(evictionMs, now);
  }

  [Symbol.iterator](): Iterator<api.Room> {
    return this.#rooms.values();
  }

  get names(): string[] {
    return [...this.#rooms.keys()];
  }

  /** @param name in any form of Unicode normalization, as everywhere */
  find(name: string): api.Room | undefined {
    return this.#rooms.get(roomKey(name));
  }

  /**
   * The one entrance. Joins a room; if there is no room of that name, it is opened (docs/decisions/0021-entrance.md).
   *
   * First `admit` is asked; nothing else is awaited. The rest is one step: the participant is made and put into the room's
   * `participants`; `enter` is called with it and returns its outbox; the others are told `participantJoined`. So the caller has the
   * participant before anybody is told, and the newcomer is in `participants` while the others are told. Participants that are in the
   * room when `enter` is called are never announced to the newcomer; those that come later are.
   *
   * If the client has gone, `enter` returns undefined. Then nothing has happened, as when it throws: nobody is told, and no room is
   * left behind.
   * @throws RoomError `invalid-name`; `evicted`; `participant-exists`; `room-closed` when a `Room` is given and has closed; `room-refused` when the
   *   room would be a new one and the media servers are at their limit (people can meet and talk when no media server answers at all);
   *   `interrupted` when `enter` returns undefined; and what `admit` and `enter` throw
   */
  async join(room: string | api.Room, wanting: Newcomer, enter: Enter): Promise<api.Participant> {
    const name = typeof room === 'string' ? roomKey(room) : room.name;
    const newcomer = checkedNewcomer(wanting);
    const { id, attributes } = newcomer;
    let goOn: ReturnType<KeepPayer> | undefined;
    for (;;) {
      const opens = !this.#rooms.has(name);
      this.#assertJoinable(room, name, newcomer);
      const admission = this.#admit?.({ room: name, opens, id, attributes });
      if (admission) {
        goOn ??= this.#keepPayer();
        await admission;
        this.#assertJoinable(room, name, newcomer);
      }
      const participant = goOn
        ? goOn(() => this.#enter(name, opens, newcomer, enter))
        : this.#enter(name, opens, newcomer, enter);
      if (participant) return participant;
    }
  }

  /**
   * Makes a room that nobody is in yet. It stays until it is closed, or until it need not stay any more (`Room.stays`).
   * @param enter As in `join`: called with the room before anybody is told of it; returns false when the room is not wanted any more.
   * @throws RoomError `invalid-name`, `room-exists`, `room-refused`; `interrupted` when `enter` returns false; and what `admit` throws
   */
  async open(
    given: string,
    { title, by }: OpenOptions = {},
    enter: (room: api.Room) => boolean = () => true,
  ): Promise<api.Room> {
    const name = roomKey(given);
    const shown = title && checkedName(title, 'The title of a room');
    this.#assertOpenable(name);
    const attributes = by && checkedAttributes(by);
    const admission = attributes && this.#admit?.({ room: name, opens: true, id: undefined, attributes });
    const open = (): api.Room => {
      const room = this.#make(name, { title: shown, stays: true });
      if (!enter(room)) throw new RoomError('interrupted', `Room "${name}" is not wanted any more`);
      this.#add(room);
      return room;
    };
    if (!admission) return open();
    const goOn = this.#keepPayer();
    await admission;
    this.#assertOpenable(name);
    return goOn(open);
  }

  /** Shows the watcher what happens from now on; the function that is returned ends that. */
  watch(watcher: RoomsWatcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Closes every room, as on shutdown. */
  close(reason: string): void {
    for (const room of this.#rooms.values()) room.close(reason);
  }

  #assertJoinable(room: string | api.Room, name: string, { id, identity = id, session }: Newcomer): void {
    if (typeof room !== 'string' && room.closed) throw new RoomError('room-closed', `Room "${name}" is closed`);
    if (!this.#rooms.has(name)) this.#assertCapacity(name);
    this.#evictions.assertMayEnter(name, { identity, session });
  }

  #assertOpenable(name: string): void {
    if (this.#rooms.has(name)) throw new RoomError('room-exists', `There is a room "${name}" already`);
    this.#assertCapacity(name);
  }

  #assertCapacity(name: string): void {
    checkedName(name, 'The name of a room');
    if (this.#media.hasCapacity === false) {
      const message = `Room "${name}" cannot be opened: the media servers are at their limit`;
      throw new RoomError('room-refused', message, { retry: true });
    }
  }

  /** @returns undefined when the room has closed since `admit` was asked: whether it may be opened again was not asked */
  #enter(name: string, opens: boolean, newcomer: Newcomer, enter: Enter): api.Participant | undefined {
    this.#makePlace(name, newcomer);
    const present = this.#rooms.get(name);
    if (present) return present.join(newcomer, enter);
    return opens ? this.#joinNew(name, newcomer, enter) : undefined;
  }

  /** Lets the newcomer's dialect end a membership that has its id. */
  #makePlace(name: string, { id, makePlace }: Newcomer): void {
    const present = makePlace && this.#rooms.get(name)?.findByName(id);
    if (present) makePlace(present, present.returner.session);
  }

  #joinNew(name: string, newcomer: Newcomer, enter: Enter): api.Participant {
    const room = this.#make(name, {});
    return room.join(newcomer, (participant) => {
      const outbox = enter(participant);
      if (outbox) this.#add(room);
      return outbox;
    });
  }

  #make(name: string, options: Pick<RoomOptions, 'title' | 'stays'>): Room {
    const watch = (event: RoomEvent): void => {
      for (const watcher of this.#watchers) watcher.happened(room, event);
    };
    const onClose = (): void => {
      this.#rooms.delete(name);
    };
    const evicted = (returner: Returner): void => {
      this.#evictions.evicted(name, returner);
    };
    const room = new Room(name, this.#media, onClose, { ...options, ...this.#roomOptions, evicted, watch });
    return room;
  }

  #add(room: Room): void {
    this.#rooms.set(room.name, room);
    for (const watcher of this.#watchers) watcher.roomOpened(room);
  }
}

/** @throws RoomError `invalid-name` */
function checkedNewcomer(newcomer: Newcomer): Newcomer {
  assertAddress(newcomer.id, 'The name of a participant');
  return { ...newcomer, attributes: checkedAttributes(newcomer.attributes) };
}
