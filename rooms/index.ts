/**
 * What the rest of the server may see of the rooms. `Rooms` is the way in; the interfaces are what it hands out. What a room and its
 * participants do to each other is not on them.
 */
import type {
  Bandwidth,
  IceCandidate,
  MediaAbilities,
  MediaKind,
  TriedCandidates,
  VideoFilter,
} from '../media/port.js';
import type { Ban } from './bans.js';
import type { Bearer } from './bearer.js';
import type { LeaveReason, PublicationEnd, RoomEnd, RoomEvent } from './events.js';
import type { WholeRoomRecord } from './records.js';
import type { RecordOf } from './rooms-options.js';
import type { GrantChanges, Grants, Role } from './grants.js';
import type { Waiting } from './lobby.js';
import type { ParticipantState } from './presence.js';
import type { Profile, ProfileChanges } from './profile.js';
import type { Quality, QualityReport } from './quality.js';
import type { HeardClient } from './quality-watch.js';
import type { Action } from './rights.js';
import type { RecordingFacts, RecordingTarget } from './recording-store.js';
import type { RoomSettings } from './settings.js';
import type { KeptText } from './text-history.js';
import type { StreamSource } from './streams.js';
import type { SubscriptionWish } from './subscription-wish.js';
import type { MutableKind } from './muted-kinds.js';

export { openedBy } from './authorize.js';
export type { AccessAnswer, AccessRequest, Authorize } from './authorize.js';
export type { Ban } from './bans.js';
export { anybody } from './bearer.js';
export type { Bearer } from './bearer.js';
export type { ClientFacts } from './client-facts.js';
export { RoomError, accessRefusedAs } from './errors.js';
export type { AccessRefusal, RoomErrorCode } from './errors.js';
export { grantsSchema } from './grants-schema.js';
export { changedGrants, mayPublish, noGrants, plainGrants, roles, sources } from './grants.js';
export type { GrantChanges, Grants, Role, Source } from './grants.js';
export type { AutoRecord, RoomSettings } from './settings.js';
export type {
  EndedMembership,
  LeaveReason,
  Outbox,
  PublicationEnd,
  RoomEnd,
  RoomEvent,
  Speaker,
  Stopping,
} from './events.js';
export type { Later } from './later.js';
export type { Knocker, Waiting } from './lobby.js';
export type { AuditEntry } from './acting.js';
export type { MutableKind } from './muted-kinds.js';
export { checkedName, cleanedName, isShowable, maxNameLength, roomKey } from './names.js';
export { isOffered, kindsSentBy } from './offer-kinds.js';
export type { Passwords } from './passwords.js';
export type { ParticipantState } from './presence.js';
export type { Profile, ProfileChanges } from './profile.js';
export { recordingEnds, recordingStates } from './recording-store.js';
export type {
  EndedRecording,
  NewRecordedFile,
  NewRecording,
  RecordingEnd,
  RecordingFacts,
  RecordingFolder,
  RecordingState,
  RecordingStore,
  RecordingStoreListener,
  RecordingTarget,
} from './recording-store.js';
export type { Action } from './rights.js';
export { Rooms } from './rooms.js';
export { mostLastN } from './settings.js';
export { mostKeptTexts } from './text-history.js';
export type { KeptText, TextStamp } from './text-history.js';
export type { Journal } from './journal.js';
export { refusalsOfFields, roomOfFields, roomsRecordSchema } from './records.js';
export type { RoomsRecord, WholeRoomRecord } from './records.js';
export type {
  ComeBack,
  ConnectionWatcher,
  Enter,
  JoinOutcome,
  Newcomer,
  OpenOptions,
  RecordOf,
  Returned,
  RoomsOptions,
  RoomsWatcher,
  Traced,
} from './rooms-options.js';
export { qualityLevels } from './quality.js';
export type { Quality, QualityLevel, QualityReading, QualityReport } from './quality.js';
export type { HeardClient } from './quality-watch.js';
export { newSid } from './sid.js';
export type { SubscriptionWish } from './subscription-wish.js';
export { isStreamId, maxStreams, sourceOf, usualSource, webcam } from './streams.js';
export type { StreamSource, TrackSource } from './streams.js';

/** A named set of participants, who are told what happens in it. */
export interface Room {
  /** Its key in `Rooms`. */
  readonly name: string;
  /** For people, where it differs from the name. A name too: `checkedName`. */
  readonly title: string | undefined;
  /** Of this life of the name, as LiveKit's server API has it: RM_…. */
  readonly sid: string;
  /** In ms since 1970. */
  readonly createdAt: number;
  readonly settings: RoomSettings;
  readonly closed: boolean;
  /** Without the hidden ones, as everything below but `everybody` and `findAny`. */
  readonly size: number;
  /** In the order in which they came. */
  readonly participants: Iterable<Participant>;
  /** With the hidden ones: for moderators. */
  readonly everybody: Iterable<Participant>;
  /** Those that wait to be let in, in the order in which they came. */
  readonly waiting: readonly Waiting[];
  /** By identity, or else by id, hidden or not: for moderators. */
  findAny(identity: string): Participant | undefined;
  /** What a moderator may do. Each verb asks whether it still is one. */
  moderatedBy(actor: Moderator): Moderation;
  /** Whether anything can be recorded here. */
  readonly canRecord: boolean;
  /** What its media server can do to fit media to each receiver. */
  readonly abilities: MediaAbilities;
  /** Those that speak now, as it was told last; nobody at first. */
  readonly speaking: RoomEvent & { readonly type: 'speakersChanged' };
  /** Those that run: that have not ended. */
  readonly recordings: readonly RecordingFacts[];
  /** Those that have ended in this life of the room, as far as it still knows them (100), in the order of their ends. */
  readonly endedRecordings: readonly RecordingFacts[];
  /** What an actor may do with them. Each verb asks whether it may. */
  recordedBy(actor: Moderator): RoomRecorder;
  find(id: string): Participant | undefined;
  /** For protocols that know people by name. */
  findByName(name: string): Participant | undefined;
  /** Whether the room stays when nobody is in it. Set to false, an empty room closes. */
  stays: boolean;
  /**
   * What a dialect keeps with the room. Each value is kept by itself: another process that goes on with the room has it, before those in
   * the room come back (`RoomsWatcher.restoring`). It ends with the room, after everybody was told of that.
   * @param dialect its name, without a colon
   */
  kept(dialect: string): KeptValues;
  /** The dialects that keep anything with it. */
  readonly keptFor: readonly string[];
  /**
   * The last texts that were said to everybody (`RoomSettings.chatHistory`), oldest first. Those for some, and what is no text, are not kept.
   */
  readonly texts: readonly KeptText[];
  /** Whether the text can be said here: it is no longer than MAX_TEXT_BYTES, and well-formed Unicode. */
  takesText(text: string): boolean;
  /**
   * Removes a participant: the others are told first, then the participant. It may not be back for EVICTION_MS, by its identity nor by its
   * session. Does nothing when it has left.
   */
  evict(participant: Participant, options?: EvictOptions): void;
  /** As plain data, with secrets in it. What is being negotiated is not there. */
  record(recordOf: RecordOf): WholeRoomRecord;
  /** What is done to the video of all participants who have no filter of their own. */
  readonly filter: VideoFilter | undefined;
  /**
   * Puts a filter on everybody's video, present and future; undefined takes it away. Everybody is told at once. A participant whose video
   * cannot be changed is told that, and their video stays as it was.
   * @throws RoomError `room-closed`
   */
  setFilter(filter: VideoFilter | undefined): Promise<void>;
  /** Asks the room's media server whether it has such filters. @throws RoomError `filter-refused`, `room-closed` */
  requireFilter(type: VideoFilter['type']): Promise<void>;
  /**
   * Closes the room with everything in it, and tells everybody who was there. Does nothing the second time.
   * @param reason for people. @param cause default: `closed`
   */
  close(reason: string, cause?: RoomEnd): void;
}

/** Named values of one dialect in one room. What is set is kept as JSON, and each `get` makes it anew. */
export interface KeptValues {
  /** Undefined: there is none of that name. */
  get(key: string): unknown;
  /**
   * Replaces the value of that name. The one that is there is not written again.
   * @param key up to 256 bytes of UTF-8. @param value plain data
   * @throws RoomError `invalid-text` for more than 65,536 bytes of JSON; `too-many` where the values of the room would have more than 8 MiB
   *   together: nothing changes then; `room-closed`. RangeError for a name that is none, TypeError for what is no plain data
   */
  set(key: string, value: unknown): void;
  /** @returns whether there was one. @throws RoomError `room-closed` */
  delete(key: string): boolean;
  entries(): Iterable<readonly [key: string, value: unknown]>;
  /**
   * Whether the room stays when nobody is in it, as `Room.stays`, for the sake of this dialect. Another one, and `stays`, may keep it open
   * besides. Set to false, a room that nobody else keeps open closes as after its last participant. @throws RoomError `room-closed`
   */
  keepsOpen: boolean;
}

/** What others may read of a participant. The names are bounded and free of characters that nobody sees (`checkedName`). */
export interface Attributes {
  /** May be empty. */
  readonly displayName: string;
  /** The protocol that the participant speaks, as `kurento-room`. */
  readonly dialect: string;
  /** Whether that protocol has texts to one person. */
  readonly hearsPrivateTexts: boolean;
  /** Whether its media does not pass the server. */
  readonly peerToPeer?: boolean | undefined;
  /** Whether it is a program that brings media from elsewhere, such as an encoder, and nobody that hears or sees the others. */
  readonly isIngress?: boolean | undefined;
}

/** Somebody who moderates: a participant, or a program. */
export type Moderator = Participant | Administrator;

/** A program that moderates, over the server API. */
export interface Administrator {
  /** For the log: the name of the key, or `admin`. */
  readonly administrator: string;
  readonly bearer: Bearer;
}

export interface EvictOptions {
  /** For the person. Default: none. */
  readonly reason?: string;
  /** Whether the same person comes in for the participant, and so is not kept out for EVICTION_MS. Default: false. */
  readonly replaced?: boolean;
}

export interface RemovalOptions {
  /** For the person, up to 200 characters. Default: none. */
  readonly reason?: string | undefined;
  /** How long the person is banned: 0 for not at all, -1 for as long as the room lives. Default: 0. */
  readonly banMs?: number | undefined;
  /**
   * Whether tokens of that identity for this room that are valid now are refused from now on; or those that became valid before that
   * time, in ms since 1970. Default: false.
   */
  readonly revoke?: boolean | number | undefined;
}

/** The people that are banned: all whom every member fits that is there. */
export interface BanWish {
  readonly identity?: string | undefined;
  readonly name?: string | undefined;
  readonly address?: string | undefined;
}

/** What is to be recorded. */
export interface RecordingWish {
  /** Default: everybody. */
  readonly target?: RecordingTarget | undefined;
  /** Default: streams of all sources. */
  readonly sources?: readonly StreamSource[] | undefined;
  /** Default: both. */
  readonly kinds?: readonly MediaKind[] | undefined;
  /**
   * Which publications, of those that fit. Another process cannot know: it does not go on with such a recording, which ends there.
   * Default: all.
   */
  readonly wants?: ((publication: Publication) => boolean) | undefined;
  /** For people: `checkedName`, or empty. Default: empty. */
  readonly name?: string | undefined;
}

/**
 * What one actor does with the recordings of a room. Each verb asks whether it may record there at that moment: RoomError `not-allowed`.
 * `recording-not-found` for an id that is none of the room's recordings.
 */
export interface RoomRecorder {
  /**
   * Resolves when the recording runs, although nobody may publish yet.
   * @throws RoomError `cannot-record`: `running` when one of the same target runs; `participant-not-found`, `invalid-name`
   */
  start(wish: RecordingWish): Promise<RecordingFacts>;
  /** Resolves when its files are whole, after 10 s at the latest. One that has ended stays as it is. @throws RoomError `cannot-stop-recording` */
  stop(id: string): Promise<RecordingFacts>;
  /** @throws RoomError `cannot-stop-recording` unless it runs */
  pause(id: string): Promise<RecordingFacts>;
  /** @throws RoomError `cannot-stop-recording` unless it is paused */
  resume(id: string): Promise<RecordingFacts>;
}

/**
 * What a moderator may do to a room and those in it. Every verb throws RoomError `not-allowed` when the actor does not moderate the room at
 * that moment, `too-many` for more than 20 verbs in 10 s by a participant, and `participant-not-found` for a target that has left.
 */
export interface Moderation {
  /**
   * Cuts audio or video of a participant, or of all but the moderators, for everybody and every later publication; or lets it through
   * again: then the participant decides. @param stream default: all of its streams
   * @throws RoomError `not-supported` where media does not pass the server; `media-failed`
   */
  mute(target: Participant | 'all', kinds: readonly MediaKind[], muted: boolean, stream?: string): Promise<void>;
  /**
   * Cuts what one participant receives of another, or lets it through again. It holds for the subscription that is there; the client may
   * begin another one. @throws RoomError `not-publishing` for letting through what the client has not subscribed to; `media-failed`
   */
  cutSubscription(
    target: Participant,
    publisher: Participant,
    kinds: readonly MediaKind[],
    isCut: boolean,
    stream?: string,
  ): Promise<void>;
  /** Asks somebody to unmute, once in 10 s. */
  requestUnmute(target: Participant, kinds: readonly MediaKind[]): void;
  /** @param stream default: all of its streams. @throws RoomError `not-publishing`, `not-supported` */
  unpublish(target: Participant, stream?: string): void;
  evict(target: Participant, options?: RemovalOptions): void;
  /** @param ms -1: as long as the room lives */
  ban(known: BanWish, ms: number): Ban;
  liftBan(id: string): void;
  readonly bans: readonly Ban[];
  readonly waiting: readonly Waiting[];
  /** @param waitingId `Waiting.id` */
  admit(waitingId: string): void;
  deny(waitingId: string, reason?: string): void;
  /** Nobody gives what they lack. The role first, then the changes. */
  setGrants(target: Participant, changes: GrantChanges, role?: Role): void;
  /** @throws RoomError `invalid-name`, `invalid-text` */
  changeProfile(target: Participant, changes: ProfileChanges): void;
  lowerHand(target: Participant | 'all'): void;
  /**
   * Says a text that comes from nobody in the room, to everybody or to some. Protocols without such texts do not tell it.
   * @throws RoomError `invalid-text` when the room does not take it (`Room.takesText`)
   */
  announce(text: string, to?: readonly Participant[]): void;
  /**
   * Sends data to the clients that take some, everybody's or those of some participants.
   * @param data in base64, of at most MAX_TEXT_BYTES. @throws RoomError `invalid-text`
   */
  sendData(topic: string, data: string, to?: readonly Participant[]): void;
  /** @throws RoomError `invalid-name`, `invalid-text` */
  update(settings: Partial<RoomSettings>): void;
  /** Ends the room for all. */
  close(reason?: string): void;
}

/**
 * One membership of one room. Joining, leaving and talking take effect at once; media is negotiated in a queue of the participant's own.
 * After `closed` every call is refused with `participant-closed`.
 */
export interface Participant {
  readonly room: Room;
  /** A number that no other participant of the room has, before it or after it. */
  readonly slot: number;
  /**
   * Unique in the room. Opaque, except in protocols that identify people by name: there it is the name, if nobody of another protocol has
   * that id.
   */
  readonly id: string;
  /** Unique in the room: what protocols that identify people by name call this participant. It may change: `participantRenamed`. */
  readonly name: string;
  readonly attributes: Attributes;
  /** Of this membership, as LiveKit's server API has it: PA_…. */
  readonly sid: string;
  /** What it has proved to be; its id where it has proved nothing. */
  readonly identity: string;
  readonly bearer: Bearer;
  /** As `Newcomer.session`. */
  readonly session: object | undefined;
  /** What it may do at present. */
  readonly grants: Grants;
  readonly profile: Profile;
  readonly state: ParticipantState;
  /** How well its sound and pictures get through. Undefined while its client has reported nothing. */
  readonly quality: Pick<Quality, 'level' | 'readings'> | undefined;
  /**
   * Its client says how well its media gets through, every 10 s. Everybody is told when the level is another one.
   * @param client that of the first report is asked whether it is still heard. @throws RoomError `too-many`, `participant-closed`
   */
  reportQuality(report: QualityReport, client: HeardClient): void;
  /** In ms since 1970. */
  readonly joinedAt: number;
  readonly closed: boolean;
  /** Where its client is, in the words in which media servers say where they are. Undefined: nowhere in particular. */
  readonly region: string | undefined;
  /**
   * Its client goes on elsewhere. What it publishes and receives stays where it is as long as there is any of it.
   * @param region as `Newcomer.region`
   */
  regionChanged(region: string): void;
  /** What its dialect keeps of its client has changed: a journal of the rooms is told so. */
  keep(): void;
  /** For what a dialect does by itself. What the methods below do is checked there. @throws RoomError `not-allowed`, `participant-closed` */
  assertMay(action: Action): void;
  /**
   * For media that does not pass the server: whether the participant may send what an SDP description of its own sends. Nothing says
   * what it shows, so it counts as a camera with its microphone. @throws RoomError `not-allowed`, `participant-closed`
   */
  assertMaySend(description: string): void;
  /**
   * What the client has muted itself, and whether it speaks; what is absent stays as it is. The others are told. That it speaks counts for
   * 10 s, or until it says otherwise, where the media server does not find out by itself.
   * @throws RoomError `participant-closed`; `too-many` when more than `maxStreams` streams are muted, or when it says 5 times in a second
   *   whether it speaks; `not-publishing` when it speaks and nobody could hear it
   */
  updateState(state: StateUpdate): void;
  /** As `setLastN` has set it. Undefined: as the room has it. */
  readonly lastN: number | undefined;
  /**
   * Of how many of the latest speakers it gets the video; screens, and what it has given a priority, come besides. 0: of everybody.
   * @param count undefined: as the setting of the room says. @throws RoomError `participant-closed`
   */
  setLastN(count: number | undefined): void;
  /** @throws RoomError `participant-closed` */
  raiseHand(raised: boolean): void;
  /** @throws RoomError `not-allowed`, `invalid-name`, `invalid-text`, `participant-closed` */
  updateProfile(changes: ProfileChanges): void;
  /**
   * The open publication that protocols show that know one stream of a participant: the camera, or else a screen. A camera that comes
   * after it waits until it ends.
   */
  readonly publication: Publication | undefined;
  /** The open ones, in their order. */
  readonly publications: readonly Publication[];
  /** The open one of that stream. */
  publicationOf(stream: string): Publication | undefined;
  /** The publications also while they are opening: being negotiated, or not announced yet. */
  readonly pendingPublications: readonly Publication[];
  readonly subscriptions: Iterable<Subscription>;
  /** @param stream default: any of the publisher's */
  subscriptionTo(publisher: Participant, stream?: string): Subscription | undefined;
  /**
   * Offers a stream to the room. Resolves with the SDP answer, and with what opens the publication and tells the others.
   * @throws RoomError `already-publishing`, `too-many` beyond `maxStreams`, `not-allowed`, `offer-refused`, `filter-refused`,
   *   `media-failed`, `interrupted`, `participant-closed`; nothing remains then
   */
  publish(sdpOffer: string, options?: PublishOptions): Promise<Published>;
  /**
   * Ends a publication and everything subscribed to it. @param stream default: all of them
   * @throws RoomError `not-publishing`, `participant-closed`
   */
  unpublish(stream?: string): void;
  /**
   * Receives another participant's publication; resolves with the SDP answer. A second subscription to the same
   * publication replaces the first (docs/protocols/kurento-room.md#34-receivevideofrom: it helps clients that lost their
   * peer connection).
   * @throws RoomError `own-publication`, `not-publishing`, `offer-refused`, `media-failed`, `interrupted`, `participant-closed`; nothing
   *   remains then
   */
  subscribe(publisher: Participant, sdpOffer: string, options?: SubscribeOptions): Promise<string>;
  /**
   * The client has another network: offers what it publishes, or receives, once more over another path. Nobody is told, and what is
   * connected stays. @returns the SDP answer
   * @param publisher this participant itself, for what it publishes
   * @param stream default: the one that protocols of one stream show
   * @throws RoomError `not-publishing` when it is neither published nor received; `offer-refused` when the offer is for other media, and
   *   `media-failed` when the media server cannot do it: it goes on as it was; `interrupted`, `participant-closed`
   */
  restart(publisher: Participant, sdpOffer: string, stream?: string): Promise<string>;
  /**
   * The client has lost the connection over which it publishes, and has made another one: the publication goes on over that. Everybody who
   * receives it, and its recordings, go on without doing anything; filter, mutes, layers and what comes back to the publisher stay. Nobody
   * is told. Candidates of the former connection are not told any more.
   * @param stream default: the one that protocols of one stream show. @returns the SDP answer
   * @throws RoomError `not-publishing`; `offer-refused`, also for a kind of media that was not published; `media-failed`: it goes on as it
   *   was, and the client may try again; `interrupted` when the publication has ended meanwhile, `participant-closed`
   */
  reopen(sdpOffer: string, stream?: string): Promise<string>;
  /**
   * Ends the subscription to a publisher, if there is one, and forgets candidates held for it. @param stream default: all of the publisher's
   * @throws RoomError `participant-closed`
   */
  unsubscribe(publisher: Participant, stream?: string): void;
  /** What is done to this participant's video, in place of the room's filter. */
  readonly filter: VideoFilter | undefined;
  /**
   * Puts a filter on this participant's video, now or when they publish; undefined takes it away.
   * @throws RoomError `filter-refused`: everything is as it was; `participant-closed`
   */
  setFilter(filter: VideoFilter | undefined): Promise<void>;
  /**
   * Takes a remote candidate: for the publication when `publisher` is this participant, else for the subscription. It may come before
   * the endpoint that it is for.
   * @param stream undefined where the client knows one stream of each participant: every endpoint between the two gets it
   * @throws RoomError `participant-closed`
   */
  addCandidate(publisher: Participant, candidate: IceCandidate, stream?: string): void;
  /**
   * Says a text to everybody in the room, the speaker included, or to one participant alone.
   * @throws RoomError `invalid-text` when the room does not take it (`Room.takesText`); `private-text-refused` when the protocol of that participant has no such texts; `participant-not-found` when they
   *   are not in this room; `participant-closed`
   */
  say(text: string, to?: Participant): void;
  /**
   * Sends data to the clients that take some: to all others, or to some participants, which may be this one too.
   * @param data in base64, of at most MAX_TEXT_BYTES
   * @throws RoomError `not-allowed`, `invalid-text`, `participant-closed`; `participant-not-found` when one of them is not in the room, and
   *   then nobody is told
   */
  sendData(topic: string, data: string, to?: readonly Participant[]): void;
  /** Leaves the room; the others are told. Does nothing the second time. @param reason default: `left` */
  leave(reason?: Exclude<LeaveReason, 'evicted'>): void;
}

/** True: it sends that, as far as it publishes it. */
export interface StateUpdate {
  /** Default: `webcam`. */
  readonly stream?: string | undefined;
  readonly audio?: boolean | undefined;
  readonly video?: boolean | undefined;
  readonly speaking?: boolean | undefined;
}

export interface SubscribeOptions {
  /** Which of the publisher's streams. Default: the one that protocols of one stream show (`Participant.publication`). */
  readonly stream?: string | undefined;
  /** Told when the connection to the client has come up, and when it is down. From the event loop, while the endpoint is there. */
  readonly connectionChanged?: ((connected: boolean) => void) | undefined;
  /** Told that the connection could not be made, or was lost for good. As `connectionChanged`. */
  readonly connectionFailed?: ((tried: TriedCandidates) => void) | undefined;
  /** Told when all candidates of the media server's side have been told. As `connectionChanged`. */
  readonly candidatesDone?: (() => void) | undefined;
  /** Told that something comes from the client, or that nothing has come for a while. As `connectionChanged`. */
  readonly mediaChanged?: ((isFlowing: boolean) => void) | undefined;
  /** Limits of the endpoint. Default: as the server is configured. */
  readonly bandwidth?: Bandwidth | undefined;
}

export interface PublishOptions extends SubscribeOptions {
  /** Its id, as `isStreamId` has it. Default: `webcam`. */
  readonly stream?: string | undefined;
  /** Send the publisher their own media back on the same connection. Default: false. */
  readonly loopback?: boolean;
  /** What it shows. Default: `usualSource`. */
  readonly source?: StreamSource | undefined;
  /** Default: false. */
  readonly dataChannels?: boolean;
  /**
   * What is done to the video, in place of the participant's filter and the room's. If that cannot be done nothing is published. What a
   * `gstreamer` filter can do is said at `VideoFilter`.
   */
  readonly filter?: VideoFilter | undefined;
  /** Called when a moderator has ended the publication, or the participant may not go on with it. */
  readonly taken?: (() => void) | undefined;
}

/** What `Participant.publish` resolves with. */
export interface Published {
  readonly sdpAnswer: string;
  /**
   * Opens the publication and tells the others `publicationOpened`. To be called in the turn in which the answer is sent, after that.
   * Does nothing the second time, nor when the publication has ended since.
   */
  readonly announce: () => void;
}

/** A stream that a participant offers to the room: opening → open → closed. */
export interface Publication {
  readonly publisher: Participant;
  /** The id of the stream, unique among those of the publisher: `webcam`, `screen` … */
  readonly id: string;
  readonly source: StreamSource;
  /** What its offer sends, as far as the publisher may. */
  readonly kinds: readonly MediaKind[];
  readonly state: 'opening' | 'open' | 'closed';
  /** Of the track of that kind, as LiveKit's server API has it: TR_…. Another one with each publication. */
  sidOf(kind: MediaKind): string;
  /** When it opened, in ms since 1970; undefined before. */
  readonly openedAt: number | undefined;
  readonly subscriptions: Iterable<Subscription>;
  /** What is cut for everybody, the publisher's own loopback included. */
  readonly muted: readonly MediaKind[];
  /** Those of its kinds of which nobody gets anything: muted by the publisher, cut by a moderator or with `mute`. */
  readonly silent: readonly MediaKind[];
  /**
   * Cuts media for everybody, at the server (docs/protocols/kurento-room.md#74-mute-and-filters-on-the-server-side).
   * Audio and then video adds up to all.
   * @throws RoomError `media-failed`; `not-publishing` when the publication has ended
   */
  mute(what: MutableKind): Promise<void>;
  /** Lets everything through again that is not muted at a subscription. @throws RoomError as `mute` */
  unmute(): Promise<void>;
  /** What is done to its video, in place of the filters of its publisher and of the room. Ends with it. */
  readonly filter: VideoFilter | undefined;
  /**
   * Puts a filter on its video, changes it, or takes it away. One at a time.
   * @param next from the present one, called when it is its turn. What it throws is passed on, and nothing has changed
   * @param changed called when it is done, before the next change begins
   * @throws RoomError `filter-refused`: everything is as it was; `not-publishing` when the publication has ended
   */
  changeFilter(
    next: (present: VideoFilter | undefined) => VideoFilter | undefined,
    changed?: () => void,
  ): Promise<void>;
  /** Ends it and everything subscribed to it. The others are told if they knew it. Does nothing the second time. */
  close(reason: PublicationEnd): void;
}

/** One participant receiving one publication: opening → open → closed. Ends with the publication. */
export interface Subscription {
  readonly subscriber: Participant;
  readonly publication: Publication;
  readonly state: 'opening' | 'open' | 'closed';
  /** What is cut for this subscriber alone. */
  readonly muted: readonly MediaKind[];
  /** Cuts media for this subscriber alone. @throws RoomError `media-failed`; `not-publishing` when the subscription has ended */
  mute(what: MutableKind): Promise<void>;
  /** Undoes every `mute` of this subscription. @throws RoomError as `mute` */
  unmute(): Promise<void>;
  /** The subscriber says what it wants of the stream. What is absent stays as it was. @throws RoomError as `mute` */
  want(wish: SubscriptionWish): Promise<void>;
}
