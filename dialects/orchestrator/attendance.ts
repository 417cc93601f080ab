import type { Attributes, Participant, Room, RoomEvent, Rooms } from '../../rooms/index.js';
import type { Link } from './link.js';
import { tellAll } from './link.js';
import { Refusal } from './errors.js';
import type { Notices, SessionObject, SessionSummary, UserObject } from './messages.js';
import type { Session } from './session.js';
import type { Sessions } from './sessions.js';
import { noAddresses } from './sfu.js';
import type { User } from './user.js';

/** As it stands in the attributes of this dialect's participants. */
export const dialectName = 'orchestrator';

/** Which users are in which sessions, and what they are told of them. */
export class Attendance {
  readonly #rooms: Rooms;
  readonly #sessions: Sessions;
  readonly #foreignChat: boolean;
  /** By each membership that they have or had. */
  readonly #users = new WeakMap<Participant, User>();
  /** Told to all of this dialect when the first of them was: one event goes to everybody, and is encoded once. */
  readonly #told = new WeakSet<RoomEvent>();
  #undelivered = 0;

  constructor(rooms: Rooms, sessions: Sessions, foreignChat: boolean) {
    this.#rooms = rooms;
    this.#sessions = sessions;
    this.#foreignChat = foreignChat;
  }

  /** Texts of other dialects that were kept from clients of this one. */
  get undelivered(): number {
    return this.#undelivered;
  }

  attributesOf({ name }: User): Attributes {
    return { displayName: name, dialect: dialectName, hearsPrivateTexts: this.#foreignChat };
  }

  /**
   * Puts a user into a session, out of the one they are in.
   * @param entered called when they are in it, before anybody is told
   * @throws RoomError as `Rooms.join`
   */
  async enter(user: User, { room }: Session, entered: () => void): Promise<void> {
    try {
      await this.#rooms.join(room, { id: user.id, attributes: this.attributesOf(user) }, (participant) => {
        if (user.link.user !== user) return undefined;
        this.exit(user);
        this.#users.set(participant, user);
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

  /** Does nothing to who is in no session. */
  exit(user: User): void {
    const { participant } = user;
    user.participant = undefined;
    user.leftBehind = false;
    participant?.leave();
  }

  /** Ends a session for this dialect: everybody of other dialects stays in the room (§6, closing). */
  close(session: Session, administrator: User): void {
    const members = this.usersIn(session.room);
    const participants = members.flatMap(({ participant }) => participant ?? []);
    for (const member of members) this.#leaveBehind(member);
    tellAll(linksOf(members), 'SessionClosed', {});
    for (const participant of participants) participant.leave();
    this.#sessions.forget(session, administrator);
  }

  /** Those of this dialect, in the order of their arrival, without the newcomer of whom they are told. */
  usersIn(room: Room, newcomer?: Participant): User[] {
    const users = [];
    for (const participant of room.participants) {
      const user = this.userOf(participant);
      if (user && participant !== newcomer) users.push(user);
    }
    return users;
  }

  userOf(participant: Participant): User | undefined {
    const user = this.#users.get(participant);
    return user?.participant === participant ? user : undefined;
  }

  /**
   * The member of this dialect who has been here longest: who came first keeps the seat until she leaves, and coming back is
   * coming last (§6). Participants of other dialects cannot take scene events.
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

  /** @throws Refusal 800 for who is in no session */
  placeOf(user: User): { readonly participant: Participant; readonly room: Room } {
    const { participant } = user;
    if (!participant) throw new Refusal(800);
    return { participant, room: participant.room };
  }

  /** The session that a participant's room is. @throws Refusal 503 for a room that is none */
  sessionOf({ room }: Participant): Session {
    const session = this.#sessions.of(room);
    if (!session) throw new Refusal(503);
    return session;
  }

  describe(session: Session): SessionObject {
    return {
      ...this.summarise(session),
      sessionUserDefinitions: [...session.room.participants].map((participant) =>
        this.describeParticipant(participant, session),
      ),
    };
  }

  summarise(session: Session): SessionSummary {
    const { room, id, name, description, protocol, administrator, scenarioId } = session;
    return {
      sessionId: id,
      sessionName: name,
      sessionDescription: description,
      sessionProtocol: protocol,
      sessionAdministrator: administrator,
      sessionMaster: this.masterOf(room)?.id,
      scenarioId,
      sessionUsers: [...room.participants].map((participant) => participant.id),
    };
  }

  describeUser(user: User): UserObject {
    const { id, name, data, participant } = user;
    const session = participant && this.#sessions.of(participant.room);
    return { userId: id, userName: name, userData: data, sfuData: session?.addressesFor({ id }) ?? {} };
  }

  /** Of a participant of another dialect only the name is known. */
  describeParticipant(participant: Participant, session: Session): UserObject {
    const { id, attributes } = participant;
    const user = this.#users.get(participant);
    if (!user) return { userId: id, userName: attributes.displayName, userData: {}, sfuData: noAddresses };
    return { userId: id, userName: user.name, userData: user.data, sfuData: session.addressesFor(user) };
  }

  /** Must not call back into the room (`Outbox`). */
  #onEvent(user: User, participant: Participant, event: RoomEvent): void {
    if (event.type === 'roomClosed' || event.type === 'participantEvicted') {
      this.#leaveBehind(user);
      user.link.tell('SessionClosed', {});
      return;
    }
    if (event.type === 'textSaid' && event.from.attributes.dialect !== dialectName && !this.#foreignChat) {
      this.#undelivered += 1;
      return;
    }
    if (event.type === 'textSaid' && event.to) {
      this.#pass(event, participant.room, [user]);
      return;
    }
    if (this.#told.has(event)) return;
    this.#told.add(event);
    const newcomer = event.type === 'participantJoined' ? event.participant : undefined;
    this.#pass(event, participant.room, this.usersIn(participant.room, newcomer));
  }

  /** Tells users what happened in their room, as far as this dialect has words for it. */
  #pass(event: RoomEvent, room: Room, users: readonly User[]): void {
    const links = linksOf(users);
    switch (event.type) {
      case 'participantJoined': {
        const session = this.#sessions.of(room);
        if (!session) return;
        const userId = event.participant.id;
        const userData = this.describeParticipant(event.participant, session);
        tellAll(links, 'SessionUpdated', { eventId: 'USER_JOINED_SESSION', eventData: { userId, userData } });
        return;
      }
      case 'participantLeft': {
        const userId = event.participant.id;
        tellAll(links, 'SessionUpdated', { eventId: 'USER_LEFT_SESSION', eventData: { userId } });
        return;
      }
      case 'textSaid': {
        const { id, attributes } = event.from;
        const messageFromName = attributes.displayName;
        tellAll(links, 'MessageSent', { messageFrom: id, messageFromName, message: event.text });
        return;
      }
      default:
    }
  }

  #leaveBehind(user: User): void {
    user.participant = undefined;
    user.leftBehind = true;
  }
}

function linksOf(users: readonly User[]): Link[] {
  return users.map(({ link }) => link);
}
