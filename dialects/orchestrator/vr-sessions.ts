import { RoomError } from '../../rooms/index.js';
import type { Attributes, Bearer, Room, Rooms } from '../../rooms/index.js';
import type { DialectContext } from '../dialect.js';
import type { RoomNames } from '../room-names.js';
import { Refusal } from './errors.js';
import { IdsElsewhere } from './ids-elsewhere.js';
import type { People } from './people.js';
import { VrSession } from './vr-session.js';
import type { VrSessionOptions } from './vr-session.js';
import type { OrchestratorSettings, SfuService } from './options.js';
import { forwardedProtocols, leastUsed } from './sfu.js';
import type { User } from './user.js';

export interface NewSession {
  readonly name: string;
  readonly description: string | undefined;
  readonly protocol: string;
  readonly scenarioId: string | undefined;
}

/** The client that wants a room, as `Rooms.open` asks for it. */
interface Opener {
  readonly by: Attributes;
  readonly bearer: Bearer;
}

type Settings = Pick<OrchestratorSettings, 'defaultScenario' | 'maxSessions' | 'externalHostname' | 'sfu'>;

interface Needs {
  readonly rooms: Rooms;
  readonly names: RoomNames;
  readonly people: Pick<People, 'idOf'>;
  readonly settings: Settings;
  readonly newId: () => string;
  readonly elsewhere: DialectContext['elsewhere'];
}

/** A room that another process has, as a session. */
export interface SessionElsewhere {
  readonly id: string;
  /** The key of its room. */
  readonly key: string;
  readonly name: string;
  readonly scenarioId: string | undefined;
  /** How many are in it. Undefined: users that are not in it are not told. */
  readonly size: number | undefined;
}

/** All rooms as sessions: those made by this dialect, and those of other dialects that are shared with it. */
export class VrSessions {
  readonly #rooms: Rooms;
  readonly #names: RoomNames;
  readonly #people: Pick<People, 'idOf'>;
  readonly #settings: Settings;
  readonly #newId: () => string;
  readonly #byRoom = new WeakMap<Room, VrSession>();
  /** Sessions made by this dialect, by id. They stay when nobody is in them. */
  readonly #made = new Map<string, VrSession>();
  /** Rooms of other dialects that were shown to users, by the id of their session. */
  readonly #shown = new Map<string, VrSession>();
  /** Sessions of rooms of other dialects, by id, as long as there is the room. They need no watcher, so nobody pays for them. */
  readonly #ofOthers = new Map<string, WeakRef<VrSession>>();
  readonly #collected = new FinalizationRegistry<string>((id) => this.#ofOthers.delete(id));
  readonly #elsewhere: DialectContext['elsewhere'];
  readonly #idsElsewhere: IdsElsewhere;
  #unwatch: (() => void) | undefined;

  constructor({ rooms, names, people, settings, newId, elsewhere }: Needs) {
    this.#elsewhere = elsewhere;
    this.#idsElsewhere = new IdsElsewhere(newId);
    this.#rooms = rooms;
    this.#names = names;
    this.#people = people;
    this.#settings = settings;
    this.#newId = newId;
  }

  /** How many sessions made by this dialect have not ended. */
  get size(): number {
    return this.#made.size;
  }

  /** How many rooms of other dialects are known by an id. */
  get shown(): number {
    return this.#shown.size;
  }

  *[Symbol.iterator](): Generator<VrSession> {
    for (const room of [...this.#rooms]) {
      const session = this.of(room);
      if (session) yield session;
    }
  }

  /** Whether a client of this dialect has made it. */
  hasMade({ id }: VrSession): boolean {
    return this.#made.has(id);
  }

  /** Those that clients of this dialect have made. */
  get made(): VrSession[] {
    return [...this.#made.values()].filter(({ room }) => !room.closed);
  }

  find(id: string): VrSession | undefined {
    const made = this.#made.get(id);
    if (made) return made.room.closed ? undefined : made;
    const key = this.#idsElsewhere.keyOf(id);
    const brought = key === undefined ? undefined : this.#rooms.find(key);
    if (brought) return this.of(brought);
    const shown = this.#shown.get(id);
    if (shown) return shown;
    // A client that has just come back may know an id from before.
    const hidden = this.#ofOthers.get(id)?.deref();
    return hidden && !hidden.room.closed ? this.#show(hidden) : undefined;
  }

  /** Whether there may be any. */
  get areElsewhere(): boolean {
    return this.#elsewhere !== undefined;
  }

  /** Those that other processes have. */
  async elsewhere(): Promise<readonly SessionElsewhere[]> {
    const rooms = (await this.#elsewhere?.()) ?? [];
    this.#idsElsewhere.keepOnly(new Set(rooms.map(({ name }) => name)));
    return rooms.flatMap(({ name: key, title, participants, waitingRoom }) => {
      const name = this.#names.nameOf(key);
      if (name === undefined || this.#rooms.find(key)) return [];
      const size = waitingRoom === false ? participants : undefined;
      return [{ id: this.#idsElsewhere.of(key), key, name: title ?? name, scenarioId: this.#scenarioId, size }];
    });
  }

  /** One that is, or was a moment ago, at another process. */
  async findElsewhere(id: string): Promise<VrSession | SessionElsewhere | undefined> {
    if (this.#idsElsewhere.keyOf(id) === undefined) return undefined;
    const others = await this.elsewhere();
    return this.find(id) ?? others.find((session) => session.id === id);
  }

  /** Whether a token calls the room of a session so. */
  isNamed({ key }: SessionElsewhere, name: string | undefined): boolean {
    return name !== undefined && this.#names.keyOf(name) === key;
  }

  /** The session of the room that a token calls so, if there is one. */
  named(name: string | undefined): VrSession | undefined {
    const room = name === undefined ? undefined : this.#rooms.find(this.#names.keyOf(name));
    return room && this.of(room);
  }

  /** The session of a room; undefined if the room is not shared. A room of another dialect becomes a session at the first call. */
  of(room: Room): VrSession | undefined {
    const known = this.#byRoom.get(room);
    if (known) return this.#made.has(known.id) ? known : this.#show(known);
    const name = this.#names.nameOf(room.name);
    if (name === undefined) return undefined;
    const [first] = room.participants;
    const session = this.#enter(room, {
      id: this.#idsElsewhere.take(room.name) ?? this.#newId(),
      name: room.title ?? name,
      protocol: 'socketio',
      scenarioId: this.#scenarioId,
      administrator: first && this.#people.idOf(first),
    });
    this.#ofOthers.set(session.id, new WeakRef(session));
    this.#collected.register(session, session.id);
    return this.#show(session);
  }

  /** Called when the last user has logged out: rooms of other dialects cost nothing then. Each keeps its id as long as it exists. */
  hideRooms(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#shown.clear();
  }

  /**
   * Makes a session in which nobody is yet.
   * @param by the attributes for `Rooms.open`
   * @param host the host by which its creator reached this server
   * @throws Refusal 404; RoomError as `Rooms.open`. If it throws, nothing has happened
   */
  async make(
    { name, description, protocol, scenarioId }: NewSession,
    user: User,
    by: Attributes,
    host: string,
  ): Promise<VrSession> {
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
    const room = await this.#open(name, id, { by, bearer: user.bearer }, (opened) => {
      if (user.link.user !== user) return false;
      const session = this.#enter(opened, options);
      this.#made.set(id, session);
      user.administered.add(session);
      return true;
    });
    // If the creator has logged out meanwhile, the session has ended already.
    return this.#byRoom.get(room) ?? new VrSession(room, options);
  }

  /** Forgets a session. Its room closes as soon as nobody is in it. */
  forget(session: VrSession, administrator: User | undefined): void {
    administrator?.administered.delete(session);
    this.#made.delete(session.id);
    this.#byRoom.delete(session.room);
    session.room.stays = false;
  }

  /** Names the room after the session, or after its id if that name is taken. */
  async #open(name: string, id: string, { by, bearer }: Opener, enter: (room: Room) => boolean): Promise<Room> {
    const open = (key: string) => this.#rooms.open(key, { title: name, by, bearer }, enter);
    try {
      return await open(this.#names.keyOf(name));
    } catch (error) {
      if (!(error instanceof RoomError && error.code === 'room-exists')) throw error;
      return open(this.#names.keyOf(id));
    }
  }

  /** Of rooms of other dialects. */
  get #scenarioId(): string | undefined {
    return this.#settings.defaultScenario || undefined;
  }

  /** Undefined when the protocol needs no service. @throws Refusal 404 when it needs one and none is configured */
  #serviceFor(protocol: string): SfuService | undefined {
    if (!forwardedProtocols.has(protocol)) return undefined;
    const used = [...this.#made.values()].filter(({ room }) => !room.closed).map(({ sfuService }) => sfuService);
    const service = leastUsed(this.#settings.sfu.get(protocol) ?? [], used);
    if (!service) throw new Refusal(404, `No forwarding service is configured for "${protocol}"`);
    return service;
  }

  #show(session: VrSession): VrSession {
    if (session.room.closed) return session;
    this.#shown.set(session.id, session);
    const over = (room: Room): string => {
      const { id } = this.#byRoom.get(room) ?? { id: '' };
      this.#shown.delete(id);
      return id;
    };
    this.#unwatch ??= this.#rooms.watch({
      roomOpened: () => undefined,
      happened: (room, event) => {
        if (event.type === 'roomClosed') over(room);
      },
      roomLetGo: (room) => {
        const id = over(room);
        if (id !== '') this.#idsElsewhere.keep(room.name, id);
      },
    });
    return session;
  }

  #enter(room: Room, options: VrSessionOptions): VrSession {
    const session = new VrSession(room, options);
    this.#byRoom.set(room, session);
    return session;
  }
}
