import type { ClusterFace, RelayDialect } from '../cluster/port.js';
import type { Log } from '../log.js';
import type { Group, Output } from '../options/option.js';
import type { Access, IceServers } from '../access/index.js';
import type { Readable } from 'node:stream';
import type { ClientFacts, ComeBack, Passwords, RecordOf, RecordingState, Rooms } from '../rooms/index.js';
import type { DoorFigures } from '../transport/door-figures.js';
import type { Doors } from '../transport/doors.js';
import type { TransportSettings } from '../transport/options.js';
import type { SocketIoDoor } from '../transport/socket-io/door.js';
import type { RoomNames } from './room-names.js';

/**
 * `public`: all rooms. `admin`: none, as clients of protocols are no administrators; but a protocol whose clients find rooms in no other
 * way lists those that its own clients have made. `off`: none.
 */
export type RoomListMode = 'public' | 'admin' | 'off';

/** A room that another process has, as that lists it. */
export interface RoomElsewhere {
  /** Its key. */
  readonly name: string;
  readonly title: string | null;
  /** How many are in it. */
  readonly participants: number;
  /** Whether a moderator has to let people in. Undefined: nobody knows. */
  readonly waitingRoom?: boolean | undefined;
  /** The dialects that keep something with it (`Room.keptFor`). Undefined: nobody knows. */
  readonly keptFor?: readonly string[] | undefined;
}

/** The nodes that have rooms, for a dialect whose requests about rooms come to any node. */
export interface RoomOwners {
  /** Whether this node may act: not while it waits for Redis. */
  readonly isUp: boolean;
  /**
   * Has the dialect answer at the node that owns a room (`Dialect.answerAsOwner`). Undefined: nobody owns it, or this node does.
   * @param room its key. @throws RoomError `interrupted` when that node cannot be reached: nobody knows whether the request was served
   */
  ask(room: string, request: string): Promise<string | undefined>;
  /** Resolves when what has changed in a room in this turn is kept for other nodes. @throws RoomError when it is lost */
  kept(room: string): Promise<void>;
}

/** A recording that is kept, or runs. */
export interface KeptRecording {
  readonly id: string;
  readonly state: RecordingState;
  /** In ms since 1970. */
  readonly startedAt: number;
  /** As `RecordingFacts.startedBy`. */
  readonly startedBy: string | undefined;
  readonly durationMs: number;
  readonly files: readonly {
    readonly file: string;
    readonly participant: { readonly id: string };
    readonly kinds: readonly ('audio' | 'video')[];
    readonly bytes: number;
    readonly offsetMs: number;
    readonly durationMs: number;
  }[];
}

/** The recordings that are kept, for a protocol that shows those that it has made. */
export interface RecordingShelf {
  /** Newest first. */
  list(): Promise<readonly KeptRecording[]>;
  find(id: string): Promise<KeptRecording | undefined>;
  /** Undefined: it is not there. */
  file(
    id: string,
    file: string,
  ): Promise<{ readonly size: number; readonly read: () => Promise<Readable> } | undefined>;
  /** What a protocol keeps beside the files. Undefined: nothing. */
  note(id: string): Promise<unknown>;
  /** @param note plain data. Rejects when it cannot be written */
  keepNote(id: string, note: unknown): Promise<void>;
  /** @returns whether there was one */
  remove(id: string): Promise<boolean>;
}

/** Somebody who is told over HTTP, one thing after the other. No redirect is followed. */
export interface WebhookReceiver {
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** How long it may take to answer. */
  readonly timeoutMs: number;
  /** How often one thing is sent at most, where it cannot be reached. What it refuses is not sent again. */
  readonly maxTries: number;
}

/** What tells one receiver. Nothing waits for it: too much waits at most, and then the oldest goes. */
export interface WebhookLine {
  /** @param body JSON */
  tell(event: string, body: string): void;
  /** Everything is tried for some seconds; what is left then is given up. */
  close(): Promise<void>;
}

/** What the server gives each dialect. A dialect's own settings come with its constructor. */
export interface DialectContext {
  readonly rooms: Rooms;
  /** Says who a client is, by its token or its secret. */
  readonly access: Access;
  /** Hashes passwords of rooms, for `RoomSettings.passwordHash`. */
  readonly passwords: Pick<Passwords, 'hash'>;
  /** Maps the dialect's names of rooms to keys of `Rooms`: one name space for all dialects, or one for each. */
  readonly names: RoomNames;
  /**
   * The paths of the one HTTP server: WebSockets (`open`) and other HTTP (`mount`). A dialect that keeps something for all its clients at
   * once names their `world`, so that of several nodes one serves them all.
   */
  readonly doors: Doors;
  /** Which rooms a client is told of that is in none of them. */
  readonly roomList: RoomListMode;
  /** The one socket.io server, which several dialects share. Its clients are of one world. */
  readonly socketIo: SocketIoDoor;
  /** What is counted of the clients of the dialect. It hands them to `doors.open` and `SocketIoClient`, and adds what only it knows. */
  readonly figures: DoorFigures;
  /** Put before every path; empty, or begins with a slash. */
  readonly pathPrefix: string;
  /** Requests of one client that may wait behind a running one. */
  readonly maxQueuedRequests: number;
  readonly log: Log;
  /** The time in ms since 1970. */
  readonly now: () => number;
  /** Other processes of the server, on the same rooms. Undefined: there are none. */
  readonly cluster?: ClusterFace | undefined;
  /**
   * Rooms that other processes have, as they were a second ago at most: none when nobody knows. A client that enters one by its key has it brought
   * here. Undefined: there are no other processes.
   */
  readonly elsewhere?: (() => Promise<readonly RoomElsewhere[]>) | undefined;
  /** Undefined: there are no other processes. */
  readonly owners?: RoomOwners | undefined;
  /** For a protocol that has webhooks of its own: tells a receiver, with the bounds and figures of all webhooks. */
  readonly openReceiver?: ((receiver: WebhookReceiver) => WebhookLine) | undefined;
  /** Undefined: nothing is recorded. */
  readonly recordings?: RecordingShelf | undefined;
  /** Whether a media server answers. Default: nobody knows, and it is taken for granted. */
  readonly hasMedia?: (() => boolean) | undefined;
}

/** What a dialect reports to `/healthz` and `/metrics`. */
export interface DialectState {
  /** Clients that are connected. */
  readonly connections: number;
  /** Texts of other dialects that could not be delivered to clients of this one, since the start. Undefined where clients take any text. */
  readonly undelivered?: number;
}

/**
 * A protocol spoken over rooms. A dialect
 * - keeps what only it knows (applications, presence, masters) beside the room, never in it;
 * - maps every `RoomErrorCode` in one table;
 * - answers whatever a client sends and never throws because of it;
 * - bounds every queue it has.
 */
export interface Dialect {
  /** The value of `Attributes.dialect` of its participants. */
  readonly name: string;
  readonly state: DialectState;
  /** For a protocol whose clients can go on with another process of the server. Without it they begin anew there. */
  readonly handOver?: HandOver | undefined;
  /** For a protocol whose sessions run at the owner of their room, where there are other nodes. */
  readonly relayed?: RelayDialect;
  /**
   * For the operator: how a client is served. Undefined where it is none of this dialect's.
   * @param client `Participant.session`
   */
  readonly clientFacts?: (client: object | undefined) => ClientFacts | undefined;
  /** For a protocol whose requests about rooms come to any node: answers what another one passes on (`RoomOwners.ask`). */
  readonly answerAsOwner?: ((request: string) => Promise<string>) | undefined;
  /** Opens the dialect's paths. Called once, before the server listens. */
  attach(context: DialectContext): void;
  /**
   * Ends the dialect's clients and releases what it holds. Called after the rooms are closed and everybody was told, before the doors
   * close. Does nothing the second time.
   */
  close(): void | Promise<void>;
}

/** How the clients of one process of the server go on with the next one. */
export interface HandOver {
  /** Ends their connections. What clients are told from now on is kept for them. Resolves when no request runs any more. */
  suspend(): Promise<void>;
  /** Ends so many of their connections, the oldest first. Their clients go on by themselves, over another process. */
  sendAway(count: number): void;
  /** What the next process needs of a client, as plain data. Undefined: it cannot go on. */
  readonly recordOf: RecordOf;
  /** Called in the next process, after `attach`. */
  readonly comeBack: ComeBack;
}

/** How long a server waits for clients that have lost their sockets. */
export interface SessionPatience {
  /** How long they stay where they are. */
  readonly sessionGraceMs: number;
  /** How many messages are kept for one. */
  readonly maxMissedMessages: number;
}

/** What every dialect may use of the server when it is made. */
export interface DialectNeeds {
  readonly transport: TransportSettings;
  /** For protocols whose clients outlive their sockets. */
  readonly sessions: SessionPatience;
  /** STUN and TURN servers for clients. */
  readonly ice: IceServers;
  readonly log: Log;
  /** Where media servers fetch the images of filters: an address that ends with a slash. Known once the server listens. */
  readonly imagesUrl: () => string;
  /** Stops the whole server, for a protocol that has a request for it. */
  readonly terminate: () => void;
}

/**
 * A dialect as the list of dialects has it (src/dialects.ts): its options, and how it is made. Each folder exports one from `entry.ts`.
 * `Hooks` is what a program that embeds the server may decide in this protocol.
 */
export interface DialectEntry<Options extends Group = Group, Hooks = undefined> {
  /** The name of the protocol for people. */
  readonly title: string;
  /** A dialect that can be switched off has the option `enabled`, or says how (`isOn`). */
  readonly options: Options;
  /** Whether the dialect is served with these settings. Default: as the option `enabled` says; always without that. */
  readonly isOn?: (settings: Output<Options>) => boolean;
  /**
   * Whether what the options name, such as a folder, can be used. Called before the server starts anything.
   * @throws ConfigError
   */
  readonly check?: (settings: Output<Options>) => void;
  readonly create: (settings: Output<Options>, needs: DialectNeeds, hooks?: Hooks) => Dialect;
  /** What clients of this protocol may have to show at its door, besides a token. Undefined: nothing. */
  readonly secret?: DoorSecret<Output<Options>, Hooks>;
}

export interface DoorSecret<Settings, Hooks> {
  /** The variable of the option, or what else an operator can do, for messages. */
  readonly setBy: string;
  /** Whether it is asked for. */
  readonly isAsked: (settings: Settings, hooks?: Hooks) => boolean;
}

/** Lets the compiler find the types of an entry. */
export function dialectEntry<Options extends Group, Hooks = undefined>(
  entry: DialectEntry<Options, Hooks>,
): DialectEntry<Options, Hooks> {
  return entry;
}
