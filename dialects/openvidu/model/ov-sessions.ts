import type { RoomNames } from '../../room-names.js';
import { RoomError } from '../../../rooms/index.js';
import type { Room, RoomEvent, Rooms } from '../../../rooms/index.js';
import { backEnd } from './back-end.js';
import type { OvFact } from './facts.js';
import { newSessionId } from './ids.js';
import type { TellMembers } from './notices.js';
import { OvError } from './ov-error.js';
import { OvSession, sessionKey } from './ov-session.js';
import type { SessionContext } from './ov-session.js';
import { sessionEndReasons } from './reasons.js';
import { sessionRecord } from './session-properties.js';
import type { SessionBody, SessionProperties } from './session-properties.js';

export interface OvSessionsOptions {
  readonly rooms: Rooms;
  readonly names: RoomNames;
  /** The name of this dialect's participants, and of what it keeps with rooms. */
  readonly dialect: string;
  readonly now: () => number;
  readonly maxSessions: number;
  readonly maxPendingConnections: number;
  /** As `SessionContext`. */
  readonly chatType: string;
  /** Of sessions that say nothing of them. */
  readonly defaults: Pick<SessionProperties, 'forcedVideoCodec' | 'allowTranscoding'>;
}

/** The sessions of this process: those of the rooms that it has. */
export class OvSessions {
  readonly #options: OvSessionsOptions;
  readonly #context: SessionContext;
  readonly #sessions = new Map<Room, OvSession>();
  readonly #listeners = new Set<(fact: OvFact, session: OvSession) => void>();
  readonly #stopWatching: () => void;
  /** As long as nobody has said how: not at all. */
  #tellMembers: TellMembers = () => undefined;
  #ending: SessionContext['ending'] = () => undefined;

  constructor(options: OvSessionsOptions) {
    const { dialect, now, maxPendingConnections, chatType, rooms } = options;
    this.#options = options;
    this.#context = {
      ...{ dialect, now, maxPendingConnections, chatType },
      ending: (session, reason) => {
        this.#ending(session, reason);
      },
      over: (session) => {
        session.ended('lastParticipantLeft');
        this.#dissolve(session);
      },
      tellMembers: (to, notice) => {
        if (to.length > 0) this.#tellMembers(to, notice);
      },
      tell: (session, fact) => {
        const common = { sessionId: session.id, uniqueSessionId: session.uniqueId, timestamp: now() };
        const whole: OvFact = { ...common, ...fact };
        for (const listener of this.#listeners) listener(whole, session);
      },
    };
    this.#stopWatching = rooms.watch({
      roomOpened: () => undefined,
      happened: (room, event) => {
        this.#hear(room, event);
      },
      restored: (room) => {
        this.of(room)?.goOn();
      },
      roomLetGo: (room) => {
        this.#sessions.delete(room);
      },
    });
  }

  /** What happens in the sessions, in order. The function that is returned ends that. */
  listen(listener: (fact: OvFact, session: OvSession) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** How members are told: set once, by what has their sockets. */
  set tellMembers(tell: TellMembers) {
    this.#tellMembers = tell;
  }

  /** Told of a session whose participants have left, before others are told that it is over. Set once, by what has its recordings. */
  set ending(ending: SessionContext['ending']) {
    this.#ending = ending;
  }

  /**
   * Makes a session, with a room that stays although nobody is in it; or attaches one to a room that others have opened.
   * @throws OvError `session-exists`, `too-many-sessions`; RoomError as `Rooms.open`
   */
  async create(body: SessionBody): Promise<OvSession> {
    const { rooms, names, now, dialect, maxSessions, defaults } = this.#options;
    const id = body.customSessionId === '' ? newSessionId() : body.customSessionId;
    const key = names.keyOf(id);
    const properties = { ...body, ...withDefaults(body, defaults) };
    const make = (room: Room): OvSession => {
      const session = OvSession.make(room, { id, createdAt: now(), properties, isActive: false }, this.#context);
      this.#sessions.set(room, session);
      return session;
    };
    for (;;) {
      if (this.find(id)) throw new OvError('session-exists', `There is a session ${id} already`);
      if (this.#sessions.size >= maxSessions) throw new OvError('too-many-sessions', 'There are too many sessions');
      const present = rooms.find(key);
      if (present) return make(present);
      let made: OvSession | undefined;
      try {
        await rooms.open(key, { keptOpenBy: dialect, administrator: backEnd.administrator }, (room) => {
          made = make(room);
          return true;
        });
      } catch (error) {
        // Somebody was faster.
        if (!(error instanceof RoomError) || error.code !== 'room-exists') throw error;
      }
      if (made) return made;
    }
  }

  find(id: string): OvSession | undefined {
    let key: string;
    try {
      key = this.#options.names.keyOf(id);
    } catch {
      // A name that no room of this dialect can have.
      return undefined;
    }
    const room = this.#options.rooms.find(key);
    return room && this.of(room);
  }

  /** The session of a room. Undefined: it has none. */
  of(room: Room): OvSession | undefined {
    const known = this.#sessions.get(room);
    if (known || room.closed) return known;
    const value = room.kept(this.#options.dialect).get(sessionKey);
    // Most rooms have none, and each event of each room asks.
    const record = value === undefined ? undefined : sessionRecord.safeParse(value).data;
    if (!record) return undefined;
    const session = new OvSession(room, record, this.#context);
    this.#sessions.set(room, session);
    return session;
  }

  list(): readonly OvSession[] {
    return [...this.#options.rooms].flatMap((room) => this.of(room) ?? []);
  }

  /** Ends a session with its room, for all. @throws OvError `session-not-found` */
  close(id: string): void {
    const session = this.find(id);
    if (!session) throw new OvError('session-not-found', `Session ${id} cannot be found`);
    session.close();
  }

  /** Forgets the sessions that nobody has ever joined and that are older than so many ms. Their rooms go on if others are in them. */
  collect(olderThanMs: number): void {
    const before = this.#options.now() - olderThanMs;
    for (const session of this.list()) {
      if (session.isActive || session.createdAt > before) continue;
      this.#dissolve(session);
    }
  }

  stop(): void {
    this.#stopWatching();
    this.#listeners.clear();
  }

  #dissolve(session: OvSession): void {
    this.#sessions.delete(session.room);
    session.dissolve();
  }

  #hear(room: Room, event: RoomEvent): void {
    const session = this.of(room);
    if (!session) return;
    switch (event.type) {
      case 'participantJoined':
        session.joined(event.participant);
        return;
      case 'participantLeft':
        session.left(event.participant, event.reason);
        // The same person comes in once more.
        if (session.isOver && event.reason !== 'replaced') {
          session.ended('lastParticipantLeft');
          this.#dissolve(session);
        }
        return;
      case 'publicationOpened':
        if (event.isShown) session.published(event.publisher);
        return;
      case 'publicationClosed':
        if (!event.wasShown) return;
        session.unpublished(event.publisher, event.reason);
        if (event.shownNow) session.published(event.publisher);
        return;
      case 'roomClosed':
        this.#sessions.delete(room);
        session.ended(session.closing ?? sessionEndReasons[event.cause]);
        return;
      default:
      // The rest is nothing that a session keeps.
    }
  }
}

function withDefaults({ forcedVideoCodec, allowTranscoding }: SessionBody, defaults: OvSessionsOptions['defaults']) {
  return {
    forcedVideoCodec: forcedVideoCodec ?? defaults.forcedVideoCodec,
    allowTranscoding: allowTranscoding ?? defaults.allowTranscoding,
  };
}
