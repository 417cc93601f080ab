import type { Attributes, Participant, Room, RoomEvent, Rooms } from '../../rooms/index.js';
import type { Link } from './link.js';
import { tellAll } from './link.js';
import { Refusal } from './errors.js';
import type { Notices, SessionObject, SessionSummary, UserObject } from './messages.js';
import type { VrSession } from './vr-session.js';
import type { SessionElsewhere, VrSessions } from './vr-sessions.js';
import type { People } from './people.js';
import { noAddresses } from './sfu.js';
import type { User } from './user.js';

/** The value of `Attributes.dialect` of this dialect's participants. */
export const dialectName = 'orchestrator';

/** Knows which users are in which sessions, and tells them what happens there. */
export class Attendance {
  readonly #rooms: Rooms;
  readonly #sessions: VrSessions;
  readonly #people: People;
  readonly #foreignChat: boolean;
  /** Events that all users of the room were told at once, when the first outbox got them, so that each is encoded once. */
  readonly #told = new WeakSet<RoomEvent>();
  #undelivered = 0;

  constructor(rooms: Rooms, sessions: VrSessions, people: People, foreignChat: boolean) {
    this.#rooms = rooms;
    this.#sessions = sessions;
    this.#people = people;
    this.#foreignChat = foreignChat;
  }

  /** How many texts of other dialects were not delivered to clients of this one. */
  get undelivered(): number {
    return this.#undelivered;
  }

  attributesOf({ name }: User): Attributes {
    return { displayName: name, dialect: dialectName, hearsPrivateTexts: this.#foreignChat, peerToPeer: true };
  }

  /**
   * Puts a user into a session. They leave the one they are in.
   * @param session one that another process has is known by the key of its room
   * @param entered called when they are in it, before the others are told
   * @throws RoomError as `Rooms.join`
   */
  async enter(user: User, { room }: { readonly room: Room | string }, entered: () => void): Promise<void> {
    try {
      const own = { identity: user.name, session: user.link, bearer: user.bearer };
      const newcomer = { id: user.id, idIsName: false, attributes: this.attributesOf(user), ...own };
      await this.#rooms.join(room, newcomer, (participant) => {
        if (user.link.user !== user) return undefined;
        this.exit(user);
        this.#people.joined(user, participant);
        user.participant = participant;
        entered();
        return (event) => {
          // A user is told nothing of a room that they have left.
          if (user.participant === participant) this.#onEvent(user, participant, event);
        };
      });
    } finally {
      if (user.participant?.closed) user.participant = undefined;
    }
  }

  /** Takes a user out of their session, if they are in one. */
  exit(user: User): void {
    const { participant } = user;
    user.participant = undefined;
    user.leftBehind = false;
    participant?.leave();
  }

  /**
   * Ends a session for the users of this dialect. Participants of other dialects stay in the room
   * (docs/protocols/orchestrator.md#6-rules, closing).
   */
  close(session: VrSession, administrator: User): void {
    const members = this.usersIn(session.room);
    const participants = members.flatMap(({ participant }) => participant ?? []);
    for (const member of members) this.#leaveBehind(member);
    tellAll(linksOf(members), 'SessionClosed', {});
    for (const participant of participants) participant.leave();
    this.#sessions.forget(session, administrator);
  }

  /** The users of this dialect in the order of their arrival, the hidden ones too, without `newcomer`. For what they are told. */
  usersIn(room: Room, newcomer?: Participant): User[] {
    const users = [];
    for (const participant of room.everybody) {
      const user = this.userOf(participant);
      if (user && participant !== newcomer) users.push(user);
    }
    return users;
  }

  userOf(participant: Participant): User | undefined {
    const user = this.#people.userOf(participant);
    return user?.participant === participant ? user : undefined;
  }

  /** Finds a participant of any dialect that is in the room now. */
  find(userId: string, room: Room): Participant | undefined {
    return this.#people.find(userId, room);
  }

  /**
   * The user of this dialect that has been in the room longest. A user that comes back is the last again
   * (docs/protocols/orchestrator.md#6-rules). Participants of other dialects cannot be master, because they cannot
   * receive scene events.
   */
  masterOf(room: Room): User | undefined {
    for (const participant of room.participants) {
      const user = this.userOf(participant);
      if (user) return user;
    }
    return undefined;
  }

  announce<Name extends keyof Notices>(room: Room, name: Name, ...content: Notices[Name]): void {
    tellAll(linksOf(this.usersIn(room)), name, ...content);
  }

  /** @throws Refusal 800 for a user in no session */
  placeOf(user: User): { readonly participant: Participant; readonly room: Room } {
    const { participant } = user;
    if (!participant) throw new Refusal(800);
    return { participant, room: participant.room };
  }

  /** The session of a participant's room. @throws Refusal 503 when the room is not shown as a session */
  sessionOf({ room }: Participant): VrSession {
    const session = this.#sessions.of(room);
    if (!session) throw new Refusal(503);
    return session;
  }

  describe(session: VrSession): SessionObject {
    return {
      ...this.summarise(session),
      sessionUserDefinitions: [...session.room.participants].map((participant) =>
        this.describeParticipant(participant, session),
      ),
    };
  }

  /** Whether the user is in the session, or administers it. */
  isAtHome({ participant, administered }: User, session: VrSession): boolean {
    return participant?.room === session.room || administered.has(session);
  }

  /**
   * As `describe`, without names and data of the members. Clients need one definition for each id. The id of a participant of another
   * dialect may be its name, so another one stands in its place.
   */
  describeToStranger(session: VrSession): SessionObject {
    const { room } = session;
    // A user that a moderator has to let in is not told how many are there.
    const ids = [...(room.settings.waitingRoom ? [] : room.participants)].map(
      (participant, index) => this.userOf(participant)?.id ?? `member-${index + 1}`,
    );
    return {
      ...this.summarise(session),
      sessionAdministrator: this.#sessions.hasMade(session) ? session.administrator : undefined,
      ...(room.settings.waitingRoom && { sessionMaster: undefined }),
      sessionUsers: ids,
      sessionUserDefinitions: definitionsOf(ids),
    };
  }

  /** The same of a session that another process has. Its members are counted. */
  describeElsewhere({ id, name, scenarioId, size = 0 }: SessionElsewhere): SessionObject {
    const ids = Array.from({ length: size }, (_, index) => `member-${index + 1}`);
    return {
      sessionId: id,
      sessionName: name,
      sessionDescription: undefined,
      sessionProtocol: 'socketio',
      sessionAdministrator: undefined,
      sessionMaster: undefined,
      scenarioId,
      sessionUsers: ids,
      sessionUserDefinitions: definitionsOf(ids),
    };
  }

  summarise(session: VrSession): SessionSummary {
    const { room, id, name, description, protocol, administrator, scenarioId } = session;
    return {
      sessionId: id,
      sessionName: name,
      sessionDescription: description,
      sessionProtocol: protocol,
      sessionAdministrator: administrator,
      sessionMaster: this.masterOf(room)?.id,
      scenarioId,
      sessionUsers: [...room.participants].map((participant) => this.#people.idOf(participant)),
    };
  }

  describeUser(user: User): UserObject {
    const { id, name, data, participant } = user;
    const session = participant && this.#sessions.of(participant.room);
    return { userId: id, userName: name, userData: data, sfuData: session?.addressesFor({ id }) ?? {} };
  }

  /** For a participant of another dialect only the name is known. */
  describeParticipant(participant: Participant, session: VrSession): UserObject {
    const user = this.#people.userOf(participant);
    const userId = this.#people.idOf(participant);
    const { displayName } = participant.attributes;
    if (!user) return { userId, userName: displayName, userData: {}, sfuData: noAddresses };
    return { userId, userName: user.name, userData: user.data, sfuData: session.addressesFor(user) };
  }

  /** Must not call back into the room (`Outbox`). */
  #onEvent(user: User, participant: Participant, event: RoomEvent): void {
    if (event.type === 'roomClosed' || event.type === 'participantEvicted') {
      this.#leaveBehind(user);
      user.link.tell('SessionClosed', {});
      return;
    }
    const isText = event.type === 'textSaid' || event.type === 'announced';
    const isOurs = event.type === 'textSaid' && event.from.attributes.dialect === dialectName;
    if (isText && !isOurs && !this.#foreignChat) {
      this.#undelivered += 1;
      return;
    }
    if (isText && event.to) {
      this.#pass(event, participant.room, [user]);
      return;
    }
    if (this.#told.has(event)) return;
    this.#told.add(event);
    const newcomer = event.type === 'participantJoined' ? event.participant : undefined;
    this.#pass(event, participant.room, this.usersIn(participant.room, newcomer));
  }

  /** Tells users of an event in their room, if this dialect has a message for it. */
  #pass(event: RoomEvent, room: Room, users: readonly User[]): void {
    const links = linksOf(users);
    switch (event.type) {
      case 'participantJoined': {
        const session = this.#sessions.of(room);
        if (!session) return;
        const userId = this.#people.idOf(event.participant);
        const userData = this.describeParticipant(event.participant, session);
        tellAll(links, 'SessionUpdated', { eventId: 'USER_JOINED_SESSION', eventData: { userId, userData } });
        return;
      }
      case 'participantLeft': {
        const userId = this.#people.idOf(event.participant);
        tellAll(links, 'SessionUpdated', { eventId: 'USER_LEFT_SESSION', eventData: { userId } });
        return;
      }
      case 'textSaid': {
        const messageFrom = this.#people.idOf(event.from);
        const messageFromName = event.from.attributes.displayName;
        tellAll(links, 'MessageSent', { messageFrom, messageFromName, message: event.text });
        return;
      }
      case 'announced':
        tellAll(links, 'MessageSent', { messageFrom: '', messageFromName: event.by, message: event.text });
        return;
      default:
    }
  }

  #leaveBehind(user: User): void {
    user.participant = undefined;
    user.leftBehind = true;
  }
}

/** Of members of which nothing else is told. */
function definitionsOf(ids: readonly string[]): UserObject[] {
  return ids.map((userId) => ({ userId, userName: '', userData: {}, sfuData: noAddresses }));
}

function linksOf(users: readonly User[]): Link[] {
  return users.map(({ link }) => link);
}
