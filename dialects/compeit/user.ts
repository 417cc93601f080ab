import type { DoorFigures } from '../../transport/door-figures.js';
import { keepPayer } from '../../transport/gate/account.js';
import { randomUUID } from 'node:crypto';
import type { Attributes, Bearer, Participant, RoomEvent, Rooms } from '../../rooms/index.js';
import type { Log } from '../../log.js';
import { RequestQueue } from '../request-queue.js';
import type { RoomNames } from '../room-names.js';
import type { Agent, Attendance, Attended } from './agent.js';
import type { Encoder } from './encoder.js';
import { Refusal, refusalOf } from './errors.js';
import { dialectName } from './identity.js';
import type { Identity } from './identity.js';
import { Message } from './message.js';
import { joinRequest, message, userMessage } from './messages.js';
import type { JoinRequest } from './messages.js';
import type { People } from './people.js';
import { read } from './read.js';

/** One namespace connection of either transport. */
export interface Link {
  /** IP address of the client, for the log. */
  readonly address: string;
  send(message: Message): void;
  /** Ends the connection, so that the client does not reconnect by itself. */
  dismiss(): void;
}

export interface UserContext {
  readonly rooms: Rooms;
  readonly names: RoomNames;
  readonly people: People;
  readonly encoder: Encoder;
  readonly agents: readonly Agent[];
  /** How many requests of one user may wait behind a join. */
  readonly maxQueuedRequests: number;
  readonly log: Log;
  readonly figures: DoorFigures;
}

const roomJoined = new Message('room_joined');
const roomLeft = new Message('room_left', {});

/**
 * One connected user, who is in one room at a time. This is the connection agent
 * (docs/protocols/compeit.md#3-connection-agent).
 */
export class User implements Attended {
  readonly id: number;
  readonly name: string;
  readonly account: string | undefined;
  readonly attributes: Attributes;
  readonly #context: UserContext;
  readonly #attendances: ReadonlyMap<string, Attendance>;
  readonly #requests: RequestQueue<readonly [name: string, argument: unknown]>;
  #link: Link;
  /** What the newest connection has shown. */
  #bearer: Bearer;
  #participant: Participant | undefined;
  #gone = false;

  constructor(id: number, { name, account, bearer }: Identity, link: Link, context: UserContext) {
    this.id = id;
    this.name = name ?? `Guest ${id}`;
    this.account = account;
    this.#bearer = bearer;
    this.attributes = { displayName: this.name, dialect: dialectName, hearsPrivateTexts: true };
    this.#link = link;
    this.#context = context;
    this.#attendances = new Map(context.agents.map((agent) => [agent.type, agent.attend(this)]));
    this.#requests = new RequestQueue({ maxRequests: context.maxQueuedRequests }, (request) => this.#serve(...request));
  }

  get people(): People {
    return this.#context.people;
  }

  get membership(): Participant | undefined {
    return this.#participant;
  }

  get participant(): Participant {
    if (!this.#participant) throw new Refusal('not_in_room', 'join a room first');
    return this.#participant;
  }

  send(message: Message): void {
    this.#link.send(message);
  }

  /** Tells the user their id and name. */
  greet(): void {
    this.send(new Message('connected', { user: { id: this.id, name: this.name } }));
  }

  /**
   * Moves the user to a newer connection. Their media ends; they stay in the room
   * (docs/protocols/compeit.md#31-identity).
   */
  moveTo(link: Link, bearer: Bearer): void {
    const former = this.#link;
    this.#bearer = bearer;
    this.#stopAgents();
    this.#link = link;
    former.dismiss();
  }

  isOn(link: Link): boolean {
    return this.#link === link;
  }

  /** Handles an event of the client. It may have any name; this never throws. */
  handle(name: string, [argument]: readonly unknown[]): void {
    if (this.#requests.add([name, argument])) return;
    this.refuse(name, new Refusal('bad_request', 'too many requests are waiting'), 'connection');
  }

  /** Tells the user that they have spent their budget; their connection ends. */
  refuseMore(): void {
    this.refuse('connection', new Refusal('bad_request', 'too many requests'), 'connection');
  }

  connectionFailed(sender: number, pairs: string): void {
    const { room, id: participant } = this.#participant ?? {};
    const { address } = this.#link;
    this.#context.log.warn('a media connection failed', { room: room?.name, participant, address, sender, pairs });
  }

  refuse(request: string, error: unknown, type: string, sender?: number): void {
    const refusal = refusalOf(error);
    if (!refusal) this.#context.log.error('a request failed unexpectedly', { request, user: this.id, error });
    const { code, message: text } = refusal ?? new Refusal('internal', 'internal error');
    this.#context.figures.errors.add(code);
    const data = { code, message: text, request, ...(sender !== undefined && { sender }) };
    this.send(new Message('server_message', { type, event: 'error', error: text, data }));
  }

  /** Called when the user has no connection any more. */
  end(): void {
    this.#gone = true;
    this.#requests.clear();
    this.leave();
  }

  /** The leave procedure (docs/protocols/compeit.md#36-leaving). */
  leave(): void {
    const participant = this.#participant;
    if (!participant) return;
    this.#stopAgents();
    this.#participant = undefined;
    participant.leave();
  }

  #serve(name: string, argument: unknown): Promise<void> | undefined {
    try {
      return this.#dispatch(name, argument)?.catch((error: unknown) => {
        this.refuse(name, error, 'connection');
      });
    } catch (error) {
      this.refuse(name, error, 'connection');
      return undefined;
    }
  }

  /** @returns undefined when the request was done at once */
  #dispatch(name: string, argument: unknown): Promise<void> | undefined {
    switch (name) {
      case 'connect':
        this.greet();
        return undefined;
      case 'join_room':
        return this.#join(read(joinRequest, argument));
      case 'leave_room':
        this.leave();
        this.send(roomLeft);
        return undefined;
      case 'server_message': {
        const { type, data, to } = read(message, argument);
        // Null counts as absent.
        if (to !== undefined && to !== null) this.#tellOne(argument);
        else this.#ask(type, data);
        return undefined;
      }
      case 'room_message':
        this.#tellRoom(argument);
        return undefined;
      case 'user_message':
        this.#tellOne(argument);
        return undefined;
      default:
        return undefined;
    }
  }

  #join({ room, password }: JoinRequest): Promise<void> | undefined {
    const key = this.#context.names.keyOf(room);
    if (this.#participant?.room.name !== key) return this.#enter(key, password ?? undefined);
    this.#welcome(this.#participant);
    return undefined;
  }

  async #enter(key: string, password: string | undefined): Promise<void> {
    const { rooms, people } = this.#context;
    let former: Participant | undefined;
    const goOn = keepPayer();
    const identity = this.account === undefined ? this.name : `account:${this.account}`;
    const known = { attributes: this.attributes, identity, session: this, bearer: this.#bearer };
    const newcomer = { id: randomUUID(), ...known, password };
    try {
      await rooms.join(key, newcomer, (participant) => {
        if (this.#gone) return undefined;
        former = this.#participant;
        this.#stopAgents();
        this.#participant = participant;
        people.joined(this, participant);
        this.#welcome(participant);
        return (event) => {
          // Events of a room that the user has left meanwhile are not told.
          if (this.#participant === participant) this.#told(event);
        };
      });
    } finally {
      // The former room is left only now, so that a user that the new room refuses stays in it.
      goOn(() => former?.leave());
      if (this.#participant?.closed) this.#participant = undefined;
    }
  }

  /** Tells the user that they have joined the room, and the others in it. */
  #welcome(participant: Participant): void {
    this.send(roomJoined);
    for (const other of participant.room.participants) {
      if (other !== participant) this.send(new Message('user_joined', { user: this.people.describe(other) }));
    }
    for (const attendance of this.#attendances.values()) attendance.joined?.();
  }

  #ask(type: string, data: unknown): void {
    try {
      this.#attendances.get(type)?.request?.(data);
    } catch (error) {
      this.refuse('server_message', error, type);
    }
  }

  #tellRoom(argument: unknown): void {
    const { room } = this.participant;
    const { type, data } = read(message, argument);
    if (this.#attendances.get(type)?.roomMessage?.(data)) return;
    const relayed = this.#relayed(type, data);
    const user = this.people.describe(this.participant);
    const news = new Message('room_message', { user, type, data: relayed });
    for (const member of room.everybody) this.people.userOf(member)?.send(news);
  }

  #tellOne(argument: unknown): void {
    const { room } = this.participant;
    const { type, data, to } = read(userMessage, argument);
    const receiver = this.people.find(to, room);
    if (!receiver) throw new Refusal('no_such_user', `user ${to} is not in the room`);
    if (this.#attendances.get(type)?.userMessage?.(receiver, data)) return;
    const user = this.people.userOf(receiver);
    if (!user) throw new Refusal('not_supported', `user ${to} speaks another protocol and cannot be told that`);
    user.send(new Message('user_message', { type, data: this.#relayed(type, data), from: this.id }));
  }

  /** What pages are told of a message of this user. @throws RoomError `not-allowed` */
  #relayed(type: string, data: unknown): unknown {
    const { participant } = this;
    const attendance = this.#attendances.get(type);
    // Pages tell each other of their streams in such messages. A user that may send a stream may say so, and no more.
    const news = participant.grants.canPublishData ? undefined : attendance?.newsOf?.(data);
    if (news !== undefined && participant.grants.canPublish) return news;
    participant.assertMay('data');
    return data ?? null;
  }

  #told(event: RoomEvent): void {
    switch (event.type) {
      case 'participantLeft':
        this.#tellAgents(event);
        this.send(this.#context.encoder.encode(event));
        return;
      case 'participantJoined':
      case 'textSaid':
      case 'announced':
        this.send(this.#context.encoder.encode(event));
        return;
      case 'participantEvicted':
        this.#removed();
        this.refuse(
          'join_room',
          new Refusal('forbidden', event.reason || 'you were removed from the room'),
          'connection',
        );
        return;
      case 'roomClosed':
        this.#removed();
        return;
      default:
        this.#tellAgents(event);
    }
  }

  #removed(): void {
    this.#participant = undefined;
    this.#stopAgents();
    this.send(roomLeft);
  }

  #tellAgents(event: RoomEvent): void {
    for (const attendance of this.#attendances.values()) attendance.told?.(event);
  }

  #stopAgents(): void {
    for (const attendance of this.#attendances.values()) attendance.stop?.();
  }
}
