import type { MediaAbilities, MediaEngine, Pipeline, SpeakerLevel, VideoFilter } from '../media/port.js';
import { Acting } from './acting.js';
import type { Actor, AuditEntry } from './acting.js';
import { arrivalOf, knownAs } from './arrival.js';
import type { Arrival } from './arrival.js';
import type { AccessRequest, Authorize } from './authorize.js';
import type { Ban, Bans } from './bans.js';
import { RoomError, filterError } from './errors.js';
import type { EndedMembership, LeaveReason, RoomEnd, RoomEvent } from './events.js';
import type { Returner } from './evictions.js';
import type * as api from './index.js';
import type { Journal } from './journal.js';
import type { KeepPayer, Traced } from './rooms-options.js';
import type { Later } from './later.js';
import { KeptInDialects } from './kept-values.js';
import type { KeptValues } from './kept-values.js';
import { LastN } from './last-n.js';
import { Lobby } from './lobby.js';
import type { Waiting } from './lobby.js';
import { Members } from './members.js';
import { Moderation } from './moderation.js';
import { Participant } from './participant.js';
import { isImpaired } from './quality.js';
import { fieldOf } from './records.js';
import type { RoomRecord, WholeRoomRecord } from './records.js';
import type { RecordingFacts, RecordingStore } from './recording-store.js';
import { Recordings } from './recordings.js';
import { RoomMedia } from './room-media.js';
import { RoomRecorder } from './room-recorder.js';
import { changesOf, checkedSettings } from './settings.js';
import type { RoomSettings } from './settings.js';
import { newSid } from './sid.js';
import { Speakers } from './speakers.js';
import { Succession } from './succession.js';
import { TextHistory, maxHistoryLength } from './text-history.js';
import type { KeptText, TextStamp } from './text-history.js';
import { isSayable } from './texts.js';

/** What all rooms of a server have in common. */
export interface RoomContext {
  /** The time in ms since 1970. */
  readonly now: () => number;
  readonly later: Later;
  readonly keepPayer: KeepPayer;
  readonly traced: Traced;
  readonly media: MediaEngine;
  readonly authorize: Authorize | undefined;
  /** Where this server is. */
  readonly region: string | undefined;
  readonly maxTextBytes: number;
  readonly maxMetadataBytes: number;
  readonly speakerIntervalMs: number;
  readonly firstIsModerator: boolean;
  readonly journal: Journal | undefined;
  readonly audit: (entry: AuditEntry) => void;
  /** Undefined: nothing is recorded, or not any more. */
  readonly recordings: () => RecordingStore | undefined;
  readonly recordingNotice: string;
  readonly bans: Bans;
  /** A moderator has ended the room: its name is kept closed for that long. */
  readonly keepClosed: (name: string, seconds: number) => void;
}

export interface RoomOptions {
  readonly settings: RoomSettings;
  /** Whether it stays when nobody is in it, however long. */
  readonly stays: boolean;
  /** The same room in another process. */
  readonly former?: RoomRecord;
  /** Whether it waits for its first participant, and then closes. */
  readonly waits: boolean;
  /** Called once, before anybody is told. */
  readonly closed: (room: Room) => void;
  /** Told of an eviction before anybody else is. */
  readonly evicted: (returner: Returner) => void;
  /** Told what everybody is told, after the participants. Must not throw, and must not call back into the room before it returns. */
  readonly watch: (event: RoomEvent) => void;
}

/**
 * Membership is synchronous. The media pipeline is opened at the first publication and belongs to the room, which releases it when it
 * closes.
 */
export class Room implements api.Room {
  readonly name: string;
  /** In ms since 1970. */
  readonly createdAt: number;
  readonly speakers: Speakers;
  readonly lastN: LastN;
  readonly #context: RoomContext;
  readonly #options: RoomOptions;
  readonly #members = new Members();
  readonly #media: RoomMedia;
  readonly #history: TextHistory;
  readonly #recordings: Recordings;
  readonly #kept: KeptInDialects;
  #settings: RoomSettings;
  #sid: string | undefined;
  #lobby: Lobby | undefined;
  /** The last event about the room's filter. */
  #filterChange: (RoomEvent & { readonly type: 'roomFilterChanged' }) | undefined;
  #closed = false;
  #stays: boolean;
  /** Ends the wait for the first participant, or for another one after the last. */
  #stopWaiting: (() => void) | undefined;
  /** When that wait is over. */
  #closesAt: number | undefined;
  #nextSlot: number;
  /** Those that are not hidden, and whose quality is not excellent. */
  readonly #impaired = new Set<Participant>();
  /** How many in it record it by themselves. */
  #recorders = 0;
  readonly #succession: Succession | undefined;
  /** Set while somebody leaves for a newcomer. `isEmptied`: the room would have closed. */
  #replacing: { isEmptied: boolean } | undefined;

  constructor(name: string, context: RoomContext, options: RoomOptions) {
    this.name = name;
    this.createdAt = options.former?.createdAt ?? context.now();
    this.#sid = options.former?.sid;
    this.#nextSlot = options.former?.nextSlot ?? context.journal?.firstSlot?.(name) ?? 1;
    this.#history = new TextHistory(
      () => this.sid,
      maxHistoryLength,
      (id, text) => {
        this.keep(fieldOf.text(id), text && (() => text));
      },
    );
    this.#kept = new KeptInDialects({
      keep: (dialect, key, record) => {
        this.keep(fieldOf.kept(dialect, key), record);
      },
      keepsOpenChanged: () => {
        this.#lifeChanged();
      },
      assertOpen: () => {
        this.#assertOpen();
      },
    });
    this.#context = context;
    this.#options = options;
    this.#settings = options.settings;
    this.#stays = options.stays;
    this.#recordings = new Recordings(this, {
      store: context.recordings,
      notice: context.recordingNotice,
      changed: () => {
        this.#keepItself();
      },
      began: (outcome, target, actor = 'autoRecord') => {
        context.audit({ actor, action: 'startRecording', room: name, target, outcome });
      },
    });
    if (options.former) this.#recordings.restore(options.former);
    const { now, later, speakerIntervalMs: intervalMs } = context;
    this.lastN = new LastN({
      ...{ now, later },
      usual: () => this.#settings.lastN,
      everybody: () => this.#members,
    });
    this.speakers = new Speakers({
      ...{ now, later, intervalMs },
      areHeard: () => this.abilities.activeSpeaker === 'server',
      changed: (event, publications) => {
        this.tell(event);
        this.lastN.spoke(publications);
      },
    });
    this.#media = new RoomMedia(name, context.media, {
      changed: () => {
        this.#keepItself();
      },
      failed: (failure) => {
        this.tell({ type: 'mediaFailed', failure });
      },
      lost: (failure) => {
        this.tell({ type: 'mediaFailed', failure });
        for (const participant of this.#members) participant.media.lost();
        this.speakers.heard([]);
      },
      speakersChanged: (levels) => {
        this.#speakersHeard(levels);
      },
    });
    if (context.firstIsModerator) {
      this.#succession = new Succession(this, context.later, () => {
        this.#keepItself();
      });
    }
    this.#media.setAudioLastN(options.settings.audioLastN);
    if (options.waits) this.#wait(options.settings.emptyTimeoutS);
    else if (options.stays && !options.former) this.#keepItself();
  }

  /** Made when first asked for. */
  get sid(): string {
    if (this.#sid === undefined) {
      this.#sid = newSid('RM');
      this.#keepItself();
    }
    return this.#sid;
  }

  /** Made when somebody has to wait. */
  get lobby(): Lobby {
    this.#lobby ??= new Lobby(this.#context.now, this.#context.later, (waiting, isWaiting) => {
      this.tellModerators({ type: 'waitingChanged', waiting, isWaiting });
      this.#keepItself();
    });
    return this.#lobby;
  }

  get title(): string | undefined {
    return this.#settings.title ?? undefined;
  }

  get settings(): RoomSettings {
    return this.#settings;
  }

  get now(): () => number {
    return this.#context.now;
  }

  get later(): Later {
    return this.#context.later;
  }

  get traced(): Traced {
    return this.#context.traced;
  }

  get keepPayer(): KeepPayer {
    return this.#context.keepPayer;
  }

  /** Where this server is. */
  get region(): string | undefined {
    return this.#context.region;
  }

  get maxTextBytes(): number {
    return this.#context.maxTextBytes;
  }

  get maxMetadataBytes(): number {
    return this.#context.maxMetadataBytes;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get size(): number {
    return this.#members.visible;
  }

  /** Those that `maxParticipants` counts. */
  get counted(): number {
    return this.#members.counted;
  }

  get participants(): Iterable<Participant> {
    return this.#members.shown;
  }

  get waiting(): readonly Waiting[] {
    return this.#lobby?.waiting ?? [];
  }

  get everybody(): Iterable<Participant> {
    return this.#members;
  }

  find(id: string): Participant | undefined {
    return shown(this.#members.find(id));
  }

  findByName(name: string): Participant | undefined {
    return shown(this.#members.findByName(name));
  }

  findAny(identity: string): Participant | undefined {
    return this.#members.findByIdentity(identity) ?? this.#members.find(identity);
  }

  get texts(): readonly KeptText[] {
    return this.#history.texts;
  }

  moderatedBy(actor: api.Moderator): Moderation {
    return new Moderation(this, this.#acting(actor));
  }

  get canRecord(): boolean {
    return this.#context.recordings() !== undefined;
  }

  get abilities(): MediaAbilities {
    return this.#media.abilities;
  }

  get speaking(): RoomEvent & { readonly type: 'speakersChanged' } {
    return this.speakers.event;
  }

  get recordings(): readonly RecordingFacts[] {
    return this.#recordings.facts;
  }

  get endedRecordings(): readonly RecordingFacts[] {
    return this.#recordings.ended;
  }

  recordedBy(actor: api.Moderator): RoomRecorder {
    return new RoomRecorder(this, this.#recordings, this.#acting(actor));
  }

  /** Resolves when none runs any more: the server stops. */
  endRecordings(): Promise<void> {
    return this.#recordings.endAll('shutdown');
  }

  /** Called by a participant, before it publishes or subscribes. @throws RoomError as `Authorize` */
  authorize(
    participant: Participant,
    asked: Pick<AccessRequest, 'action' | 'kinds' | 'sources' | 'publisher' | 'stream'>,
  ) {
    const { bearer, id, attributes } = participant;
    return this.#context.authorize?.({ room: this.name, opens: false, bearer, id, attributes, ...asked });
  }

  /** Called by a moderator. Nobody who is in is affected. @throws RoomError `invalid-text`, `invalid-name` */
  update(given: Partial<RoomSettings>): void {
    this.#assertOpen();
    const changes = changesOf(this.#settings, checkedSettings(given, this.maxMetadataBytes));
    if (!changes) return;
    this.#settings = { ...this.#settings, ...changes };
    this.#keepItself();
    if (changes.chatHistory !== undefined) this.#history.limit(changes.chatHistory);
    if (changes.audioLastN !== undefined) this.#media.setAudioLastN(changes.audioLastN);
    this.tell({ type: 'roomUpdated', room: this, changes });
    if (changes.waitingRoom === false) this.#lobby?.admitAll();
  }

  get stays(): boolean {
    return this.#stays;
  }

  set stays(stays: boolean) {
    this.#stays = stays;
    this.#lifeChanged();
  }

  kept(dialect: string): KeptValues {
    return this.#kept.of(dialect);
  }

  get keptFor(): readonly string[] {
    return this.#kept.dialects;
  }

  /**
   * Called by `Rooms.join`, whose contract this keeps. The participant's `name` is `displayName`, made unique with a piece of the id. A
   * newcomer whose id is its name gets that name: a participant of another protocol gives it up, and one of the same protocol does not.
   * @throws RoomError `room-closed`, `participant-exists`, `interrupted`; and what `enter` throws
   */
  join(arrival: Arrival, enter: api.Enter): Participant {
    this.#assertOpen();
    const { newcomer } = arrival;
    const place = this.#members.placeFor(newcomer);
    if (!place) throw this.#taken(newcomer);
    const { namesake } = place;
    if (namesake) this.#members.rename(namesake);
    const participant = new Participant(this, place, this.#succession?.asFirst(arrival) ?? arrival);
    if (this.#settings.mutedOnEntry && !participant.grants.roomAdmin)
      participant.presence.cut(undefined, 'audio', true);
    this.#members.add(participant);
    let entered = false;
    try {
      entered = participant.enter(enter);
    } finally {
      if (!entered) {
        this.#forget(participant);
        if (namesake) this.#members.rename(namesake, place.name);
      }
    }
    if (!entered) throw new RoomError('interrupted', 'The client has gone');
    this.#stopWait();
    if (participant.grants.recorder) this.#recorders += 1;
    this.keepParticipant(participant);
    if (namesake) this.keepParticipant(namesake);
    this.#keepItself();
    this.#lobby?.entered(knownAs(arrival));
    try {
      if (namesake) {
        this.tell({ type: 'participantRenamed', participant: namesake, formerName: place.name }, participant);
      }
      this.tellOf(participant, { type: 'participantJoined', participant }, participant);
    } catch (error) {
      // An outbox that throws is a defect. The newcomer is told that they could not join, so they must not be in the room.
      this.remove(participant, 'left');
      throw error;
    }
    if (this.#filterChange) participant.tell(this.#filterChange);
    this.#recordings.tellNewcomer(participant);
    for (const each of this.#impaired) participant.tell(qualityEventOf(each));
    const { speaking } = this;
    if (speaking.speakers.length > 0) participant.tell(speaking);
    this.#recorderCame(participant);
    if (participant.grants.roomAdmin) this.tellWhoWaits(participant);
    return participant;
  }

  /** Called by `Rooms.restore` for a new room, before anything else of its former life is there. */
  restoreKept({ room, kept }: WholeRoomRecord): void {
    this.#kept.restore(kept, room.keptOpenBy ?? []);
  }

  /** Called by `Rooms.restore` for a new room, whose former life goes on. Nobody is told. */
  restore({ room, participants, publications, subscriptions, texts }: WholeRoomRecord, comeBack: api.ComeBack): void {
    const { pipeline: kept, said, filter, closesAt, moderatorAt } = room;
    this.#history.restore(texts, said);
    if (filter !== undefined) this.#filterChange = { type: 'roomFilterChanged', filter: filter ?? undefined };
    const pipeline = kept === undefined ? undefined : this.#media.adopt(kept);
    const returned = participants.map((record) => {
      const participant = new Participant(this, record, arrivalOf(this.name, record), record);
      this.#members.add(participant);
      if (participant.grants.recorder) this.#recorders += 1;
      this.#qualityKnown(participant);
      return { participant, record, client: participant.comeBack(comeBack, record.session) };
    });
    for (const { participant, record, client } of returned) {
      const own = publications.filter(({ slot }) => slot === participant.slot);
      participant.media.restore(pipeline, record, own, client?.publishing);
    }
    const bySlot = new Map(returned.map((each) => [each.participant.slot, each]));
    for (const each of subscriptions) {
      const subscriber = bySlot.get(each.slot);
      const publisher = bySlot.get(each.publisher)?.participant;
      const publication = publisher?.media.publicationOf(each.stream);
      if (!pipeline || !subscriber || !publisher || !publication) continue;
      const options = subscriber.client?.subscribing?.(publisher, each.stream);
      subscriber.participant.media.restoreSubscription(pipeline, each, publication, options);
    }
    if (closesAt !== undefined) this.#waitUntil(closesAt);
    if (moderatorAt !== undefined) this.#succession?.restore(moderatorAt);
    if (participants.some(({ lastN }) => lastN !== undefined)) this.lastN.used();
    void pipeline?.finishAdoption();
  }

  /** Called after `restore`, once others can find the room: those whose client is not known any more leave. */
  dropUnknown(): void {
    for (const participant of [...this.#members]) if (!participant.hasOutbox) this.remove(participant, 'lost');
    const { waiting = [] } = this.#options.former ?? {};
    for (const each of waiting) this.tellModerators({ type: 'waitingChanged', waiting: each, isWaiting: false });
    if (waiting.length > 0) this.#keepItself();
    if (!this.#closed) this.#recordings.goOn();
    if (this.#stopWaiting === undefined) this.#closeIfEmpty();
  }

  /** As plain data. What is being negotiated is not in it. */
  record(recordOf: api.RecordOf): WholeRoomRecord {
    const members = [...this.#members];
    return {
      room: this.#ownRecord(),
      participants: members.map((participant) => participant.record(recordOf)),
      publications: members.flatMap(({ publications }) => publications.flatMap(({ record }) => record ?? [])),
      subscriptions: members.flatMap(({ subscriptions }) => subscriptions.flatMap(({ record }) => record ?? [])),
      texts: [...this.texts],
      kept: this.#kept.records,
    };
  }

  /** For a newcomer. */
  nextSlot(): number {
    return this.#nextSlot++;
  }

  /** Something of it is to be kept elsewhere. @param record undefined: it is not there any more */
  keep(field: string, record: (() => unknown) | undefined): void {
    this.#context.journal?.changed(this.name, field, record);
  }

  /** The same for a participant, whether it is there or not. */
  keepParticipant(participant: Participant): void {
    const { journal } = this.#context;
    if (!journal || this.#closed) return;
    const { slot, closed } = participant;
    this.keep(fieldOf.participant(slot), closed ? undefined : () => participant.record(journal.recordOf));
  }

  #keepItself(): void {
    if (!this.#closed) this.keep(fieldOf.room, () => this.#ownRecord());
  }

  #ownRecord(): RoomRecord {
    const { name, createdAt, settings, stays } = this;
    const { openedBy } = this.#kept;
    return {
      ...{ name, sid: this.#sid, createdAt, settings, stays, closesAt: this.#closesAt },
      ...{ moderatorAt: this.#succession?.dueAt, nextSlot: this.#nextSlot, said: this.#history.said },
      ...(openedBy.length > 0 && { keptOpenBy: [...openedBy] }),
      ...(this.waiting.length > 0 && { waiting: [...this.waiting] }),
      ...(this.#filterChange && { filter: this.#filterChange.filter ?? null }),
      pipeline: this.#media.record,
      ...this.#recordings.record,
    };
  }

  /** Nobody wants it whom it was made for. Nobody has been told of it. */
  discard(): void {
    this.letGo();
    this.#context.journal?.closed(this.name);
  }

  /** Another process goes on with the room. Nobody is told, and nothing is released. */
  letGo(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#recordings.letGo();
    this.speakers.stop();
    this.lastN.stop();
    for (const member of this.#members) member.letGo();
    this.#members.clear();
    this.#stopWait();
    this.#succession?.stop();
    this.#media.letGo();
    this.#kept.end();
    this.#lobby?.close();
  }

  /**
   * Called by `Rooms.join`: somebody may leave for a newcomer, who then joins. The room does not close in between, although nobody may be
   * in it, so that its settings and those who wait stay.
   */
  replace<Result>(leaveAndJoin: () => Result): Result {
    const replacing = { isEmptied: false };
    this.#replacing = replacing;
    try {
      return leaveAndJoin();
    } finally {
      this.#replacing = undefined;
      if (replacing.isEmptied) this.#closeIfEmpty();
    }
  }

  /** Called for somebody who begins to moderate. */
  tellWhoWaits(moderator: Participant): void {
    for (const waiting of this.#lobby?.waiting ?? [])
      moderator.tell({ type: 'waitingChanged', waiting, isWaiting: true });
  }

  get bans(): readonly Ban[] {
    return this.#context.bans.of(this.name);
  }

  /** By identity if it has proved one, else by name and address. @param ms -1: as long as the room lives */
  ban({ bearer, name }: Participant, ms: number): Ban {
    const { identity, address } = bearer;
    return this.#context.bans.add(this.name, { identity, name, address }, ms);
  }

  banKnown(known: api.BanWish, ms: number): Ban {
    return this.#context.bans.add(this.name, known, ms);
  }

  liftBan(id: string): boolean {
    return this.#context.bans.lift(this.name, id);
  }

  /** Those that became valid before that time, in ms since 1970; a new one lets its bearer in. */
  revokeTokens(identity: string, before: number): void {
    this.#context.bans.revoke(this.name, identity, before);
  }

  /** A moderator ends the room. */
  endForAll(reason: string): void {
    const { keepClosedS } = this.#settings;
    if (keepClosedS > 0) this.#context.keepClosed(this.name, keepClosedS);
    this.close(reason);
  }

  /** @throws RoomError `invalid-text` */
  assertTakes(text: string): void {
    if (this.takesText(text)) return;
    throw new RoomError('invalid-text', `A text has at most ${this.maxTextBytes} bytes of well-formed Unicode`);
  }

  /** @param data in base64. @throws RoomError `invalid-text` */
  assertTakesData(data: string): void {
    const bytes = Math.floor((data.replace(/=+$/, '').length * 3) / 4);
    if (bytes <= this.maxTextBytes) return;
    throw new RoomError('invalid-text', `Data can have at most ${this.maxTextBytes} bytes`);
  }

  /** @throws RoomError `participant-not-found` */
  assertHas(participant: Participant): void {
    if (!participant.closed && participant.room === this) return;
    throw new RoomError('participant-not-found', `${participant.name} is not in room "${this.name}"`);
  }

  /** @throws RoomError `participant-exists` when the newcomer could not come in although `leaving` left. Nothing changes */
  assertPlaceFor(newcomer: api.Newcomer, leaving: Participant): void {
    if (!this.#members.placeFor(newcomer, leaving)) throw this.#taken(newcomer);
  }

  takesText(text: string): boolean {
    return isSayable(text, this.maxTextBytes);
  }

  evict(participant: Participant, { reason = '', replaced = false }: api.EvictOptions = {}): void {
    if (participant.closed) return;
    if (!replaced) this.#options.evicted(participant.returner);
    const event = { type: 'participantEvicted', participant, reason, mayReturn: false } as const;
    // Watchers first, since the room may close now.
    if (!replaced && !participant.grants.hidden) this.#options.watch(event);
    this.remove(participant, replaced ? 'replaced' : 'evicted');
    participant.tell(event);
  }

  /** Ends a membership: media first, then the others are told. The room closes after its last participant, unless it stays. */
  remove(participant: Participant, reason: LeaveReason): void {
    if (participant.closed) return;
    const ended = endOf(participant);
    this.#forget(participant);
    this.tellOf(participant, { type: 'participantLeft', reason, ...ended });
    if (participant.grants.recorder) this.#recorderLeft();
    this.#succession?.left(participant);
    this.#closeIfEmpty();
  }

  tell(event: RoomEvent, except?: Participant): void {
    for (const participant of this.#members) if (participant !== except) participant.tell(event);
    this.#recordings.hear(event);
    this.#options.watch(event);
    if (this.#closed) return;
    this.speakers.hear(event);
    this.lastN.hear(event);
  }

  /** @throws RoomError `participant-not-found`; nobody is told then */
  tellSome(event: RoomEvent, to: readonly Participant[]): void {
    for (const participant of to) this.assertHas(participant);
    for (const participant of new Set(to)) participant.tell(event);
  }

  /** As `tell`, of something that a participant has done: of a hidden one nobody but itself is told. */
  tellOf(participant: Participant, event: RoomEvent, except?: Participant): void {
    if (!participant.grants.hidden) this.tell(event, except);
    else if (participant !== except) participant.tell(event);
  }

  /** Called by a participant. */
  qualityChanged(participant: Participant): void {
    this.#qualityKnown(participant);
    if (!participant.grants.hidden) this.tell(qualityEventOf(participant));
  }

  #speakersHeard(levels: readonly SpeakerLevel[]): void {
    const byEndpoint = new Map(levels.map(({ endpoint, level }) => [endpoint, level]));
    const publications = levels.length === 0 ? [] : [...this.#members].flatMap((each) => each.publications);
    this.speakers.heard(
      publications.flatMap((publication) => {
        const level = publication.levelIn(byEndpoint);
        return level === undefined ? [] : [{ publication, level }];
      }),
    );
  }

  #qualityKnown(participant: Participant): void {
    if (isImpaired(participant.quality) && !participant.grants.hidden) this.#impaired.add(participant);
    else this.#impaired.delete(participant);
  }

  /** Of a text that is said now. */
  stamp(): TextStamp {
    return { id: this.#history.nextId(), at: this.#context.now() };
  }

  /** As `tell`, of a text for everybody: newcomers are told of it too. */
  tellText(event: RoomEvent & { readonly type: 'textSaid' | 'announced' }): void {
    const { said, text } = event;
    const { by, displayName } = speakerOf(event);
    this.#history.add({ ...said, by, displayName, text }, this.#settings.chatHistory);
    this.#keepItself();
    this.tell(event);
  }

  /** Says a text that is nobody's in the room. @param by empty: the server. @throws RoomError `participant-not-found` */
  announce(text: string, by: string, to?: readonly Participant[]): void {
    const event = { type: 'announced', room: this, by, text, to, said: this.stamp() } as const;
    if (to) this.tellSome(event, to);
    else this.tellText(event);
  }

  tellModerators(event: RoomEvent): void {
    for (const participant of this.#members) if (participant.grants.roomAdmin) participant.tell(event);
    this.#options.watch(event);
  }

  /** The room's pipeline. @throws RoomError as `RoomMedia.pipeline` */
  pipeline(): Promise<Pipeline> {
    return this.#media.pipeline();
  }

  get filter(): VideoFilter | undefined {
    return this.#filterChange?.filter;
  }

  async setFilter(filter: VideoFilter | undefined): Promise<void> {
    this.#assertOpen();
    this.#filterChange = { type: 'roomFilterChanged', filter };
    this.#keepItself();
    this.tell(this.#filterChange);
    const goOn = this.keepPayer();
    const apply = async (participant: Participant): Promise<void> => {
      try {
        await participant.media.applyFilter();
      } catch (error) {
        goOn(() => {
          participant.tell({ type: 'mediaFailed', failure: filterError(error) });
        });
      }
    };
    await Promise.all([...this.#members].map(apply));
  }

  async requireFilter(type: VideoFilter['type']): Promise<void> {
    this.#assertOpen();
    await this.#media.requireFilter(type);
    this.#assertOpen();
  }

  close(reason: string, cause: RoomEnd = 'closed'): void {
    if (this.#closed) return;
    this.#closed = true;
    const members = [...this.#members];
    const ended = [...this.#members.shown].map(endOf);
    this.#members.clear();
    this.#stopWait();
    this.#succession?.stop();
    const recorded = this.#recordings.close();
    this.speakers.stop();
    this.lastN.stop();
    for (const member of members) member.membershipEnded();
    this.#media.close(recorded);
    this.#options.closed(this);
    this.#context.journal?.closed(this.name);
    const event: RoomEvent = { type: 'roomClosed', room: this, reason, cause, members: ended };
    for (const member of members) member.tell(event);
    this.#options.watch(event);
    this.#kept.end();
    this.#lobby?.close();
  }

  /** A hidden participant keeps the room only when it records. */
  #closeIfEmpty(): void {
    if (this.#replacing) {
      this.#replacing.isEmptied = true;
      return;
    }
    if (this.#isKeptOpen || this.#closed || this.#members.visible > 0) return;
    if (this.#recorders > 0) return;
    const { departureTimeoutS } = this.#settings;
    if (departureTimeoutS === 0) this.close('empty', 'empty');
    else this.#wait(departureTimeoutS);
  }

  #wait(seconds: number): void {
    this.#waitUntil(this.#context.now() + seconds * 1_000);
  }

  #waitUntil(time: number): void {
    this.#stopWait();
    this.#closesAt = time;
    this.#keepItself();
    this.#stopWaiting = this.#context.later(Math.max(0, time - this.#context.now()), () => {
      if (this.#members.visible === 0) this.close('empty', 'empty');
    });
  }

  get #isKeptOpen(): boolean {
    return this.#stays || this.#kept.openedBy.length > 0;
  }

  /** Whether it stays without anybody in it may be another matter now. */
  #lifeChanged(): void {
    if (this.#isKeptOpen) this.#stopWait();
    else this.#closeIfEmpty();
    this.#keepItself();
  }

  #stopWait(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    this.#closesAt = undefined;
  }

  #forget(participant: Participant): void {
    this.#members.remove(participant);
    this.#impaired.delete(participant);
    participant.membershipEnded();
    this.keepParticipant(participant);
  }

  #acting(actor: api.Moderator): Acting {
    return new Acting(this, actor as Actor, this.#context.audit);
  }

  /** Those who are there are told of the first one that records by itself, and newcomers while it is there. */
  #recorderCame(newcomer: Participant): void {
    if (this.#recorders === 0) return;
    const event = { type: 'recorderPresent', room: this, isPresent: true } as const;
    if (this.#recorders === 1 && newcomer.grants.recorder) this.tell(event);
    else newcomer.tell(event);
  }

  #recorderLeft(): void {
    this.#recorders -= 1;
    if (this.#recorders === 0) this.tell({ type: 'recorderPresent', room: this, isPresent: false });
  }

  #taken({ id }: api.Newcomer): RoomError {
    return new RoomError('participant-exists', `"${id}" is already in room "${this.name}"`);
  }

  #assertOpen(): void {
    if (this.#closed) throw new RoomError('room-closed', `Room "${this.name}" is closed`);
  }
}

function qualityEventOf(participant: Participant): RoomEvent {
  return { type: 'qualityChanged', participant, level: participant.quality?.level ?? 'excellent' };
}

/** For people who come later. */
function speakerOf(event: RoomEvent & { readonly type: 'textSaid' | 'announced' }) {
  if (event.type === 'announced') return { by: event.by, displayName: event.by };
  return { by: event.from.name, displayName: event.from.profile.name };
}

/** What ends with a membership, while it lasts. */
function endOf(participant: Participant): EndedMembership {
  return { participant, publications: participant.publications };
}

function shown(participant: Participant | undefined): Participant | undefined {
  return participant?.grants.hidden ? undefined : participant;
}
