import type { MediaEngine } from '../media/port.js';
import { answered, arrivalAt } from './arrival.js';
import type { Arrival } from './arrival.js';
import type { Authorize } from './authorize.js';
import { Bans } from './bans.js';
import { anybody } from './bearer.js';
import type { Bearer } from './bearer.js';
import { Entrance } from './entrance.js';
import { RoomError } from './errors.js';
import type { Stopping } from './events.js';
import { Evictions, defaultEvictionMs } from './evictions.js';
import { defaultSpeakerIntervalMs } from './speakers.js';
import type * as api from './index.js';
import { later as standardLater } from './later.js';
import { assertAddress, checkedAttributes, checkedName, roomKey } from './names.js';
import { defaultMaxMetadataBytes } from './profile.js';
import { assertMay, assertMaySend } from './rights.js';
import type { Journal } from './journal.js';
import { refusalFields } from './records.js';
import type { RoomRefusals, RoomsRecord, WholeRoomRecord } from './records.js';
import { Room } from './room.js';
import type { RoomContext, RoomOptions } from './room.js';
import type {
  ComeBack,
  Enter,
  JoinOutcome,
  KeepPayer,
  Newcomer,
  OpenOptions,
  RecordOf,
  RoomsOptions,
  RoomsWatcher,
} from './rooms-options.js';
import { checkedSettings, defaultDepartureTimeoutS, defaultSettings } from './settings.js';
import type { RoomSettings } from './settings.js';
import { defaultMaxTextBytes } from './texts.js';

/** After this time a server that is about to end may be asked again, at the soonest, in ms. */
const soonestMs = 1_000;

/** All rooms of the server, by name. A room exists from its first participant to its last. */
export class Rooms {
  readonly #media: MediaEngine;
  readonly #authorize: Authorize | undefined;
  readonly #stranger: Bearer;
  readonly #keepPayer: KeepPayer;
  readonly #tracedJoin: RoomsOptions['tracedJoin'];
  readonly #fetch: RoomsOptions['fetch'];
  readonly #evictions: Evictions;
  readonly #bans: Bans;
  readonly #entrance: Entrance;
  readonly #defaults: RoomSettings;
  readonly #departureTimeoutS: number;
  readonly #context: RoomContext;
  readonly #rooms = new Map<string, Room>();
  /** Names that a moderator keeps closed, and until when, in ms since 1970. */
  readonly #keptClosed = new Map<string, number>();
  readonly #watchers = new Set<RoomsWatcher>();
  /** The server stops: no recording begins any more. */
  #endsRecordings = false;
  /** When the server is to end, in ms since 1970. */
  #endsAt: number | undefined;

  constructor(
    media: MediaEngine,
    {
      now = Date.now,
      authorize,
      stranger = anybody,
      autoCreate = true,
      firstIsModerator = false,
      defaults,
      departureTimeoutS = defaultDepartureTimeoutS,
      passwords,
      later = standardLater,
      audit = () => undefined,
      maxMetadataBytes = defaultMaxMetadataBytes,
      journal,
      fetch,
      region,
      recordings,
      recordingNotice = '',
      keepPayer = () => (rest) => rest(),
      traced = (_step, _by, run) => run(),
      tracedJoin,
      maxTextBytes = defaultMaxTextBytes,
      evictionMs = defaultEvictionMs,
      speakerIntervalMs = defaultSpeakerIntervalMs,
    }: RoomsOptions = {},
  ) {
    this.#media = media;
    this.#authorize = authorize;
    this.#stranger = stranger;
    this.#keepPayer = keepPayer;
    this.#fetch = fetch;
    this.#tracedJoin = tracedJoin;
    const keep: Journal['changed'] = (room, field, record) => {
      journal?.changed(room, field, record);
    };
    this.#evictions = new Evictions(evictionMs, now, keep);
    this.#bans = new Bans(now, keep);
    this.#defaults = { ...defaultSettings, ...defaults };
    this.#departureTimeoutS = departureTimeoutS;
    this.#entrance = new Entrance({
      evictions: this.#evictions,
      bans: this.#bans,
      passwords,
      autoCreate,
      defaults: this.#defaults,
      firstIsModerator,
      maxMetadataBytes,
    });
    const keepClosed = (name: string, seconds: number): void => {
      const time = now();
      for (const [each, end] of this.#keptClosed) if (end <= time) this.#keptClosed.delete(each);
      const until = time + seconds * 1_000;
      this.#keptClosed.set(name, until);
      keep(name, refusalFields.keptClosed, () => ({ until }));
    };
    const bans = this.#bans;
    const shared = {
      now,
      later,
      keepPayer,
      traced,
      media,
      region,
      authorize,
      maxTextBytes,
      maxMetadataBytes,
      speakerIntervalMs,
      firstIsModerator,
    };
    const records = { recordings: () => (this.#endsRecordings ? undefined : recordings), recordingNotice };
    this.#context = { ...shared, ...records, journal, audit, bans, keepClosed };
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
   * First `authorize` is asked, and the password of the room is compared, if it has one; nothing else is awaited. The rest is one step: the participant is made and put into the room's
   * `participants`; `enter` is called with it and returns its outbox; the others are told `participantJoined`. So the caller has the
   * participant before anybody is told, and the newcomer is in `participants` while the others are told. Participants that are in the
   * room when `enter` is called are never announced to the newcomer; those that come later are.
   *
   * If the client has gone, `enter` returns undefined. Then nothing has happened, as when it throws: nobody is told, and no room is
   * left behind.
   * @throws RoomError as `Entrance` for somebody who may not come in; `invalid-name`; `participant-exists`; `room-closed` when a `Room` is given and has closed; `draining`; `room-refused` when the
   *   room would be a new one and the media servers are at their limit (people can meet and talk when no media server answers at all);
   *   `interrupted` when `enter` returns undefined; and what `authorize` and `enter` throw
   */
  join(room: string | api.Room, wanting: Newcomer, enter: Enter): Promise<api.Participant> {
    const traced = this.#tracedJoin;
    if (!traced) return this.#join(room, wanting, enter);
    return traced(wanting.attributes.dialect, () => this.#join(room, wanting, enter));
  }

  async #join(room: string | api.Room, wanting: Newcomer, enter: Enter): Promise<api.Participant> {
    const began = this.#context.now();
    const tell = (outcome: JoinOutcome, participant?: api.Participant): void => {
      const ms = this.#context.now() - began;
      for (const watcher of this.#watchers) watcher.joinEnded?.(wanting.attributes.dialect, outcome, ms, participant);
    };
    try {
      const name = typeof room === 'string' ? roomKey(room) : room.name;
      const newcomer = checkedNewcomer(wanting);
      let arrival = arrivalAt(name, newcomer, newcomer.bearer ?? this.#stranger);
      let goOn: ReturnType<KeepPayer> | undefined;
      /** Whether the room was there when `authorize` was asked; undefined before. */
      let askedAbout: 'new' | 'present' | undefined;
      let shownPassword: string | undefined;
      for (;;) {
        // After each wait everything is looked at again, since the room and its settings may have changed.
        const fetching = typeof room === 'string' ? this.#fetchIfAway(name, newcomer.attributes) : undefined;
        if (fetching) {
          goOn ??= this.#keepPayer();
          await fetching;
          continue;
        }
        const present = this.#rooms.get(name);
        this.#assertJoinable(room, name, arrival);
        if (askedAbout === undefined || (!present && askedAbout === 'present')) {
          askedAbout = present ? 'present' : 'new';
          const { bearer } = arrival;
          const { id, attributes } = arrival.newcomer;
          const question = this.#authorize?.({ action: 'join', room: name, opens: !present, bearer, id, attributes });
          if (question instanceof Promise) goOn ??= this.#keepPayer();
          const answer = question instanceof Promise ? await question : question;
          if (answer) arrival = answered(arrival, answer);
          if (question) continue;
        }
        const password = this.#entrance.passwordFor(present, arrival);
        if (password !== undefined && password !== shownPassword) {
          goOn ??= this.#keepPayer();
          await this.#entrance.assertPassword(name, password, arrival);
          shownPassword = password;
          continue;
        }
        const opens = askedAbout === 'new';
        const participant = goOn
          ? goOn(() => this.#enter(name, opens, arrival, enter))
          : this.#enter(name, opens, arrival, enter);
        if (!participant) continue;
        tell('joined', participant);
        return participant;
      }
    } catch (error) {
      tell(error instanceof RoomError ? error.code : 'failed');
      throw error;
    }
  }

  /**
   * For protocols whose clients send into rooms that they are not in. Nobody is asked, and nothing is awaited.
   * @param description for media that does not pass the server: what an SDP description sends is looked at. Default: data is sent
   * @throws RoomError `not-allowed` without the grant for it too; `evicted`, `banned`, `token-invalid`, `locked`, `password`, `waiting`
   */
  assertMaySendInto(room: api.Room, outside: Newcomer, description?: string): void {
    const arrival = arrivalAt(room.name, outside, outside.bearer ?? this.#stranger);
    this.#entrance.assertMayReach(room.name, room.settings, arrival);
    if (description === undefined) assertMay(arrival.grants, 'data');
    else assertMaySend(arrival.grants, description);
  }

  /**
   * Makes a room that nobody is in yet. It stays until it is closed, or until it need not stay any more (`Room.stays`).
   * @param enter As in `join`: called with the room before anybody is told of it; returns false when the room is not wanted any more.
   * @throws RoomError `invalid-name`, `room-exists`, `room-refused`, `draining`; for a client also `not-allowed`, `banned`, `locked`; `interrupted` when `enter` returns false; and what `authorize` throws
   */
  async open(
    given: string,
    { title, by, bearer = this.#stranger, settings = {}, administrator, stays = true, keptOpenBy }: OpenOptions = {},
    enter: (room: api.Room) => boolean = () => true,
  ): Promise<api.Room> {
    const name = roomKey(given);
    const shown = title && checkedName(title, 'The title of a room');
    const attributes = by && checkedAttributes(by);
    const assertPossible = (): void => {
      if (attributes) this.#assertMayOpen(name, attributes, bearer);
      this.#assertOpenable(name);
    };
    const fetching = this.#fetchIfAway(name, attributes);
    let goOn = fetching && this.#keepPayer();
    if (fetching) await fetching;
    assertPossible();
    const checked = checkedSettings({ ...settings, ...(shown && { title: shown }) }, this.#context.maxMetadataBytes);
    const question =
      attributes && this.#authorize?.({ action: 'open', room: name, opens: true, bearer, id: undefined, attributes });
    const open = (): api.Room => {
      const inAdvance = stays ? {} : { departureTimeoutS: this.#departureTimeoutS };
      const life = keptOpenBy === undefined ? { stays, waits: !stays } : { stays: false, waits: false };
      const room = this.#make(name, { ...this.#defaults, ...inAdvance, ...checked }, life);
      if (keptOpenBy !== undefined) room.kept(keptOpenBy).keepsOpen = true;
      if (!enter(room)) {
        room.discard();
        throw new RoomError('interrupted', `Room "${name}" is not wanted any more`);
      }
      this.#add(room);
      if (administrator !== undefined) {
        this.#context.audit({ actor: administrator, action: 'open', room: name, target: '', outcome: 'done' });
      }
      return room;
    };
    if (!question) return goOn ? goOn(open) : open();
    goOn ??= this.#keepPayer();
    await question;
    await this.#fetchIfAway(name, attributes);
    assertPossible();
    return goOn(open);
  }

  /** Shows the watcher what happens from now on; the function that is returned ends that. */
  watch(watcher: RoomsWatcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /**
   * All rooms as plain data (`roomsRecordSchema`), by which another process goes on with them. What is being negotiated is not in it.
   */
  record(recordOf: RecordOf): RoomsRecord {
    return {
      rooms: [...this.#rooms.values()].map((room) => room.record(recordOf)),
      refusals: {
        ...this.#bans.record,
        evictions: this.#evictions.record,
        keptClosed: [...this.#keptClosed],
      },
    };
  }

  /**
   * Another process goes on with the rooms: nobody is told, and what is allocated on media servers stays.
   * @param name of one of them, which need not be there. Default: all
   */
  letGo(name?: string): void {
    const given = name === undefined ? [...this.#rooms.values()] : [this.#rooms.get(name)];
    for (const room of given) {
      if (!room) continue;
      this.#rooms.delete(room.name);
      room.letGo();
      // With all rooms the watchers end too.
      if (name !== undefined) for (const watcher of this.#watchers) watcher.roomLetGo?.(room);
    }
  }

  /**
   * Goes on with the rooms of another process. Of what it has recorded nobody is told anything: clients have been told. Watchers are told
   * (`RoomsWatcher.restored`). A client that `comeBack` does not know leaves after that, and the others are told.
   */
  restore({ rooms, refusals }: RoomsRecord, comeBack: ComeBack): void {
    this.#bans.restore(refusals);
    this.#evictions.restore(refusals.evictions);
    for (const [name, until] of refusals.keptClosed) this.#keptClosed.set(name, until);
    for (const room of rooms) this.restoreRoom(room, comeBack);
  }

  /** As `restore`, of one room that is not here. */
  restoreRoom(former: WholeRoomRecord, comeBack: ComeBack): void {
    const { name, settings, stays } = former.room;
    const room = this.#make(name, settings, { stays, waits: false, former: former.room });
    room.restoreKept(former);
    for (const watcher of this.#watchers) watcher.restoring?.(room);
    try {
      room.restore(former, comeBack);
    } catch (error) {
      room.letGo();
      for (const watcher of this.#watchers) watcher.roomLetGo?.(room);
      throw error;
    }
    this.#rooms.set(name, room);
    for (const watcher of this.#watchers) showRestored(watcher, room);
    room.dropUnknown();
  }

  /** What another process has kept of the name of a room, in place of what is known here. */
  restoreRefusals(name: string, refusals: RoomRefusals): void {
    this.#bans.restoreRoom(name, refusals);
    this.#evictions.restoreRoom(name, refusals.evictions);
    if (refusals.keptClosed === undefined) this.#keptClosed.delete(name);
    else this.#keptClosed.set(name, refusals.keptClosed);
  }

  /** The server stops: ends all recordings, and begins none from now on. Resolves when their files are whole. */
  async endRecordings(): Promise<void> {
    this.#endsRecordings = true;
    await Promise.all([...this.#rooms.values()].map((room) => room.endRecordings()));
  }

  /**
   * When the server is to end, in ms since 1970. From then on no room is opened; those that are there go on and take people. Undefined: it
   * does not end, after all.
   */
  endAt(time: number | undefined): void {
    this.#endsAt = time;
  }

  /** Whether nobody is in any room. Those whom nobody sees do not count. */
  get areEmpty(): boolean {
    return [...this.#rooms.values()].every((room) => room.size === 0);
  }

  /** Tells everybody that the server is about to end. */
  announceStop(stopping: Stopping): void {
    for (const room of this.#rooms.values()) room.tell({ type: 'serverStopping', ...stopping });
  }

  /** Closes every room, since the server stops. */
  close(reason: string): void {
    void this.endRecordings();
    for (const room of this.#rooms.values()) room.close(reason, 'stopped');
  }

  #assertJoinable(room: string | api.Room, name: string, arrival: Arrival): void {
    if (typeof room !== 'string' && room.closed) throw new RoomError('room-closed', `Room "${name}" is closed`);
    const present = this.#rooms.get(name);
    if (!present) this.#assertCapacity(name);
    if (!present) this.#assertNotKeptClosed(name, arrival);
    const { identity } = arrival.bearer;
    // A participant that its own newcomer replaces takes no place. One that only calls itself so is somebody else.
    const isReplacing = identity !== undefined && present?.findAny(identity)?.bearer.identity === identity;
    this.#entrance.assertMayEnter(name, present, arrival, isReplacing);
  }

  #assertMayOpen(name: string, { displayName }: api.Attributes, bearer: Bearer): void {
    this.#entrance.assertMayOpen(name, bearer.name ?? displayName, bearer);
    this.#assertNotKeptClosed(name, { grants: bearer.grantsIn(name) });
  }

  #assertNotKeptClosed(name: string, { grants }: Pick<Arrival, 'grants'>): void {
    const until = this.#keptClosed.get(name);
    if (until === undefined || grants.roomAdmin) return;
    if (until > this.#context.now()) throw new RoomError('locked', `Room "${name}" has been ended`);
    this.#keptClosed.delete(name);
  }

  /** @returns undefined when nothing is to be waited for. @throws RoomError `invalid-name`; and rejects as `RoomsOptions.fetch` */
  #fetchIfAway(name: string, by: api.Attributes | undefined): Promise<void> | undefined {
    return this.#fetch?.(checkedName(name, 'The name of a room'), by?.dialect);
  }

  #assertOpenable(name: string): void {
    if (this.#rooms.has(name)) throw new RoomError('room-exists', `There is a room "${name}" already`);
    this.#assertCapacity(name);
  }

  #assertCapacity(name: string): void {
    checkedName(name, 'The name of a room');
    if (this.#endsAt !== undefined) {
      const retryAfterMs = Math.max(soonestMs, Math.ceil(this.#endsAt - this.#context.now()));
      const message = `Room "${name}" cannot be opened: the server is about to end`;
      throw new RoomError('draining', message, { retry: true, details: { retryAfterMs } });
    }
    if (this.#media.hasCapacity === false) {
      const message = `Room "${name}" cannot be opened: the media servers are at their limit`;
      throw new RoomError('room-refused', message, { retry: true });
    }
  }

  /** @returns undefined when the room has closed since `authorize` was asked: whether it may be opened again was not asked */
  #enter(name: string, opens: boolean, arrival: Arrival, enter: Enter): api.Participant | undefined {
    const present = this.#rooms.get(name);
    this.#entrance.passLobby(name, present, arrival);
    if (!present) return opens ? this.#joinNew(name, arrival, enter) : undefined;
    return present.replace(() => {
      makePlace(present, arrival);
      return present.join(arrival, enter);
    });
  }

  #joinNew(name: string, arrival: Arrival, enter: Enter): api.Participant {
    const { opening } = arrival.bearer;
    const wanted = opening ? checkedSettings(opening, this.#context.maxMetadataBytes) : {};
    const room = this.#make(name, { ...this.#defaults, ...wanted }, { stays: false, waits: false });
    return room.join(arrival, (participant) => {
      const outbox = enter(participant);
      if (outbox) this.#add(room);
      return outbox;
    });
  }

  #make(name: string, settings: RoomSettings, life: Pick<RoomOptions, 'stays' | 'waits' | 'former'>): Room {
    const room: Room = new Room(name, this.#context, {
      ...life,
      settings,
      closed: () => {
        this.#rooms.delete(name);
        this.#bans.roomClosed(name);
      },
      evicted: (returner) => {
        this.#evictions.evicted(name, returner);
      },
      watch: (event) => {
        for (const watcher of this.#watchers) watcher.happened(room, event);
      },
    });
    return room;
  }

  #add(room: Room): void {
    this.#rooms.set(room.name, room);
    for (const watcher of this.#watchers) watcher.roomOpened(room);
  }
}

/** To a watcher that does not say otherwise, as if everything had just happened. */
function showRestored(watcher: RoomsWatcher, room: Room): void {
  if (watcher.restored) {
    watcher.restored(room);
    return;
  }
  watcher.roomOpened(room);
  for (const participant of room.participants) {
    watcher.happened(room, { type: 'participantJoined', participant });
    for (const publication of participant.publications) {
      const isShown = publication === participant.publication;
      watcher.happened(room, { type: 'publicationOpened', publisher: participant, publication, isShown });
    }
  }
}

/** @throws RoomError `invalid-name` */
function checkedNewcomer(newcomer: Newcomer): Newcomer {
  assertAddress(newcomer.id, 'The name of a participant');
  return { ...newcomer, attributes: checkedAttributes(newcomer.attributes) };
}

/**
 * A newcomer that has proved its identity replaces the participant that has it. Others leave it to their dialect, which may end a
 * membership that has the id.
 */
function makePlace(room: Room, { newcomer, bearer }: Arrival): void {
  const { id } = newcomer;
  const { identity } = bearer;
  const same =
    identity === undefined
      ? undefined
      : (room.findAny(identity) ?? (id === identity ? room.findByName(id) : undefined));
  if (same) {
    room.assertPlaceFor(newcomer, same);
    room.evict(same, { reason: 'duplicateIdentity', replaced: true });
    return;
  }
  const present = newcomer.makePlace && room.findByName(id);
  if (present) newcomer.makePlace(present, present.returner.session);
}
