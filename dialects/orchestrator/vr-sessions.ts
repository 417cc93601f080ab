import { RoomError } from '../../rooms/index.js';
import type { Attributes, Room, Rooms } from '../../rooms/index.js';
import type { RoomNames } from '../room-names.js';
import { Refusal } from './errors.js';
import { Session } from './session.js';
import type { SessionOptions } from './session.js';
import type { OrchestratorSettings, SfuService } from './options.js';
import { forwardedProtocols, leastUsed } from './sfu.js';
import type { User } from './user.js';

export interface NewSession {
  readonly name: string;
  readonly description: string | undefined;
  readonly protocol: string;
  readonly scenarioId: string | undefined;
}

type Settings = Pick<OrchestratorSettings, 'defaultScenario' | 'maxSessions' | 'externalHostname' | 'sfu'>;

/** All rooms as sessions: those made here, and those of other dialects that are shared with this one. */
export class Sessions {
  readonly #rooms: Rooms;
  readonly #names: RoomNames;
  readonly #settings: Settings;
  readonly #newId: () => string;
  readonly #byRoom = new WeakMap<Room, Session>();
  /** Those made here, by id: they stay when nobody is inside. */
  readonly #made = new Map<string, Session>();

  constructor(rooms: Rooms, names: RoomNames, settings: Settings, newId: () => string) {
    this.#rooms = rooms;
    this.#names = names;
    this.#settings = settings;
    this.#newId = newId;
  }

  /** Sessions made here that have not ended. */
  get size(): number {
    return this.#made.size;
  }

  *[Symbol.iterator](): Generator<Session> {
    for (const room of [...this.#rooms]) {
      const session = this.of(room);
      if (session) yield session;
    }
  }

  find(id: string): Session | undefined {
    const made = this.#made.get(id);
    if (made) return made.room.closed ? undefined : made;
    for (const session of this) if (session.id === id) return session;
    return undefined;
  }

  /** Undefined for a room that is not shared with this dialect. One that was made elsewhere becomes a session when it is first seen. */
  of(room: Room): Session | undefined {
    const known = this.#byRoom.get(room);
    if (known) return known;
    const name = this.#names.nameOf(room.name);
    if (name === undefined) return undefined;
    const [first] = room.participants;
    return this.#enter(room, {
      id: this.#newId(),
      name: room.title ?? name,
      protocol: 'socketio',
      scenarioId: this.#settings.defaultScenario || undefined,
      administrator: first?.id,
    });
  }

  /**
   * Makes a session with nobody in it yet.
   * @param by As `Rooms.open` takes it.
   * @param host Where its creator found this server.
   * @throws Refusal 404; RoomError as `Rooms.open`: nothing has happened then
   */
  async make(
    { name, description, protocol, scenarioId }: NewSession,
    user: User,
    by: Attributes,
    host: string,
  ): Promise<Session> {
    const { maxSessions, externalHostname } = this.#settings;
    for (const session of user.administered) if (session.room.closed) this.forget(session, user);
    if (user.administered.size >= maxSessions) {
      throw new Refusal(404, `You have ${maxSessions} sessions already`);
    }
    const service = this.#serviceFor(protocol);
    const hostname = externalHostname === 'dynamic' ? host : externalHostname;
    const id = this.#newId();
    const administrator = user.id;
    const sfu = service && { service, hostname };
    const options = { id, name, description, protocol, scenarioId, administrator, sfu };
    const room = await this.#open(name, id, by, (opened) => {
      if (user.link.user !== user) return false;
      const session = this.#enter(opened, options);
      this.#made.set(id, session);
      user.administered.add(session);
      return true;
    });
    // If its creator logged out since, it has ended already.
    return this.#byRoom.get(room) ?? new Session(room, options);
  }

  /** It is no session of its administrator any more; what is left of its room closes when nobody is in it. */
  forget(session: Session, administrator: User | undefined): void {
    administrator?.administered.delete(session);
    this.#made.delete(session.id);
    this.#byRoom.delete(session.room);
    session.room.stays = false;
  }

  /** The room is called as the session; where that name is taken, by the id. */
  async #open(name: string, id: string, by: Attributes, enter: (room: Room) => boolean): Promise<Room> {
    const open = (key: string) => this.#rooms.open(key, { title: name, by }, enter);
    try {
      return await open(this.#names.keyOf(name));
    } catch (error) {
      if (!(error instanceof RoomError && error.code === 'room-exists')) throw error;
      return open(this.#names.keyOf(id));
    }
  }

  /** Undefined where the protocol needs none. @throws Refusal 404 where it does and there is none */
  #serviceFor(protocol: string): SfuService | undefined {
    if (!forwardedProtocols.has(protocol)) return undefined;
    const used = [...this.#made.values()].filter(({ room }) => !room.closed).map(({ sfuService }) => sfuService);
    const service = leastUsed(this.#settings.sfu.get(protocol) ?? [], used);
    if (!service) throw new Refusal(404, `No forwarding service is configured for "${protocol}"`);
    return service;
  }

  #enter(room: Room, options: SessionOptions): Session {
    const session = new Session(room, options);
    this.#byRoom.set(room, session);
    return session;
  }
}
