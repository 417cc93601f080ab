import type { EndpointListener } from '../media/port.js';
import type { Authorize } from './authorize.js';
import type { Bearer } from './bearer.js';
import type { RoomErrorCode } from './errors.js';
import type { Outbox, RoomEvent } from './events.js';
import type * as api from './index.js';
import type { Journal } from './journal.js';
import type { Later } from './later.js';
import type { Knocker } from './lobby.js';
import type { AuditEntry } from './acting.js';
import type { Passwords } from './passwords.js';
import type { RecordingStore } from './recording-store.js';
import type { RoomSettings } from './settings.js';

export interface RoomsOptions {
  /** The time in ms since 1970. */
  readonly now?: () => number;
  /** Default: everything is allowed, and nothing is awaited. */
  readonly authorize?: Authorize;
  /** A newcomer whose dialect does not say what it has shown. Default: one that may do what a PUBLISHER may. */
  readonly stranger?: Bearer;
  /** Whether a join opens a room that is not there; otherwise that needs `roomCreate`. Default: true. */
  readonly autoCreate?: boolean;
  /** Whether the first participant without a token moderates the room. Default: false. */
  readonly firstIsModerator?: boolean;
  /** Of all rooms, where nothing else is set for one. */
  readonly defaults?: Partial<RoomSettings>;
  /** `departureTimeoutS` of rooms that are made in advance and do not stay. Default: 20. */
  readonly departureTimeoutS?: number;
  /** Default: no password fits. */
  readonly passwords?: Passwords;
  /** Default: timers of the process. */
  readonly later?: Later;
  /** Told of each change that a moderator makes, or may not make. */
  readonly audit?: (entry: AuditEntry) => void;
  /** The most metadata of a room or a participant, in bytes of UTF-8. Default: 4,096. */
  readonly maxMetadataBytes?: number;
  /**
   * Called before a join, or the opening of a room, waits for `authorize`. The function that it returns runs the rest: so what that tells can
   * be charged to the client that caused it. Default: the rest is just run.
   */
  readonly keepPayer?: KeepPayer;
  /** Runs each negotiation of media, for a program that traces them. Default: it is just run. */
  readonly traced?: Traced | undefined;
  /** The same for each join of a dialect, whose end `RoomsWatcher.joinEnded` is told within it. */
  readonly tracedJoin?: (<Result>(dialect: string, run: () => Promise<Result>) => Promise<Result>) | undefined;
  /** Where the rooms are kept besides. Default: nowhere. */
  readonly journal?: Journal | undefined;
  /**
   * Called before a join, or the opening of a room: the room may be kept elsewhere, and be restored now, or be about to go elsewhere. It is
   * asked again when it has resolved. Undefined: there is nothing to wait for. Rejects with a RoomError when the room cannot be had here.
   * Default: rooms are nowhere else. `dialect`: that of the newcomer, or of the client that opens the room; undefined for the server itself.
   */
  readonly fetch?: ((name: string, dialect: string | undefined) => Promise<void> | undefined) | undefined;
  /** Where this server is, in the words in which media servers say where they are. Default: nowhere in particular. */
  readonly region?: string | undefined;
  /** Keeps what is recorded. Default: nothing is. */
  readonly recordings?: RecordingStore | undefined;
  /** Said in a room when it is recorded, by the name Recording. Default: nothing. */
  readonly recordingNotice?: string;
  /** The longest text that can be said, in bytes of UTF-8. Default: 16,384. */
  readonly maxTextBytes?: number;
  /** Those in a room are told who speaks after so many ms at the earliest. Default: 400. */
  readonly speakerIntervalMs?: number;
  /** How long an evicted participant may not be back. 0: not at all. Default: 30,000. */
  readonly evictionMs?: number;
}

/** Wants to hear what becomes of the connection of an endpoint. */
export type ConnectionWatcher = Pick<Required<EndpointListener>, 'connectionChanged' | 'mediaChanged'>;

/** Runs a negotiation of a participant's media, and returns what that does. `run`: is given who wants to hear of the connection, if anybody does. */
export type Traced = <Result>(
  step: 'publish' | 'subscribe',
  by: api.Participant,
  run: (watcher?: ConnectionWatcher) => Promise<Result>,
) => Promise<Result>;

/** What became of a join. */
export type JoinOutcome = 'joined' | RoomErrorCode | 'failed';

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
  /** What the client is known by too where `session` is another object each time, since it may be in another process. */
  readonly sessionId?: string | undefined;
  /** What the client has shown. Default: `RoomsOptions.stranger`. */
  readonly bearer?: Bearer | undefined;
  /** First value of the participant, in place of what its bearer has. It needs the grant `canUpdateOwnMetadata`. */
  readonly metadata?: string | undefined;
  /** As `Participant.region`. Default: where this server is. */
  readonly region?: string | undefined;
  /** For a room that asks for one. */
  readonly password?: string | undefined;
  /** Of a client that can be told what became of its knock at a waiting room. Others try again. */
  readonly knocker?: Knocker | undefined;
  /**
   * Called when a participant known by that id is in the room, right before the newcomer joins: may end that membership. If it does not,
   * the newcomer is refused.
   * @param session that of the participant
   */
  readonly makePlace?: (present: api.Participant, session: object | undefined) => void;
}

/** Called with the new participant, of which nobody has been told yet. Returns its outbox; undefined when the client has gone. */
export type Enter = (participant: api.Participant) => Outbox | undefined;

/** A client that another process had in a room, and that goes on here. */
export interface Returned {
  readonly outbox: Outbox;
  /** As `Newcomer.session`. */
  readonly session?: object | undefined;
  /** As `Newcomer.sessionId`. */
  readonly sessionId?: string | undefined;
  /** As the options of `Participant.publish`, for a stream that is open. Default: none. */
  readonly publishing?: (
    stream: string,
  ) => Pick<api.PublishOptions, 'taken' | 'connectionChanged' | 'connectionFailed' | 'bandwidth'>;
  /** The same for a stream of somebody else that it receives. */
  readonly subscribing?: (
    publisher: api.Participant,
    stream: string,
  ) => Pick<api.SubscribeOptions, 'connectionChanged' | 'connectionFailed'>;
}

/**
 * What the dialect of a participant keeps of its client, as plain data.
 * @param session `Newcomer.session` of it
 */
export type RecordOf = (participant: api.Participant, session: object | undefined) => unknown;

/**
 * Called with a participant of another process, before anybody is told of anything.
 * @param session what its dialect has kept of the client. @returns undefined when the client is not known any more: then it leaves
 */
export type ComeBack = (participant: api.Participant, session: unknown) => Returned | undefined;

export interface OpenOptions {
  /** For people, where it differs from the name. */
  readonly title?: string;
  /** The client that wants the room; `authorize` is asked about it. Undefined for the server itself, which is not asked about. */
  readonly by?: api.Attributes;
  /** What that client has shown. Default: `RoomsOptions.stranger`. */
  readonly bearer?: Bearer;
  readonly settings?: Partial<RoomSettings>;
  /** The program that opens it, for the log (`Administrator.administrator`). Default: nothing is logged. */
  readonly administrator?: string;
  /**
   * Whether the room stays until it need not (`Room.stays`). With false it waits for its first participant (`emptyTimeoutS`), and after
   * the last one for another (`departureTimeoutS`). Default: true.
   */
  readonly stays?: boolean;
  /** The dialect that keeps it open (`KeptValues.keepsOpen`), in place of `stays`. */
  readonly keptOpenBy?: string | undefined;
}

/**
 * Sees what happens in every room, without being in any: for protocols that list rooms and people to all their clients, and for programs
 * that are told of everything.
 */
export interface RoomsWatcher {
  /** Before anything else happens in it. */
  roomOpened(room: api.Room): void;
  /**
   * Something that everybody in the room was told, after them; also `waitingChanged`, which moderators are told, and `participantEvicted`
   * of somebody whom a moderator removes, before they leave. Must not throw, and must not call back into the room.
   */
  happened(room: api.Room, event: RoomEvent): void;
  /**
   * Somebody wanted to join: `joined`, or why they were refused. `failed`: for a reason that is none of the rooms, such as a defect.
   * @param dialect that of the newcomer
   * @param ms how long it took
   * @param participant of one that joined
   */
  joinEnded?(dialect: string, outcome: JoinOutcome, ms: number, participant: api.Participant | undefined): void;
  /**
   * The room is about to go on here that another process had. What dialects have kept of it is there (`Room.kept`), and else nothing:
   * those in it come back after that (`ComeBack`). The room cannot be found yet, and must not be changed but for what is kept.
   */
  restoring?(room: api.Room): void;
  /** The room goes on here that another process had. Default: it is seen as if everything had just happened. */
  restored?(room: api.Room): void;
  /** Another process goes on with the room, which is closed here; those in it are told nothing. Must not call back into the rooms. */
  roomLetGo?(room: api.Room): void;
}
