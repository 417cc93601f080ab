import { randomUUID } from 'node:crypto';
import type { RoomEvent } from '../../rooms/events.js';
import type { Attributes, Participant } from '../../rooms/participant.js';
import type { Rooms } from '../../rooms/rooms.js';
import type { Log } from '../../log.js';
import type { RoomNames } from '../room-names.js';
import type { Agent, Attendance, Attended } from './agent.js';
import type { Encoder } from './encoder.js';
import { Refusal, refusalOf } from './errors.js';
import { Message } from './message.js';
import { joinRequest, message, userMessage } from './messages.js';
import type { People } from './people.js';
import { read } from './read.js';

export const dialectName = 'compeit';

/** One namespace connection of either transport. */
export interface Link {
  send(message: Message): void;
  /** Ends it, and the client does not come back by itself. */
  dismiss(): void;
}

export interface UserContext {
  readonly rooms: Rooms;
  readonly names: RoomNames;
  readonly people: People;
  readonly encoder: Encoder;
  readonly agents: readonly Agent[];
  readonly log: Log;
}

const roomJoined = new Message('room_joined');
const roomLeft = new Message('room_left', {});

/** One user as long as she is connected, in one room at a time: the connection agent (COMPEIT §3). */
export class User implements Attended {
  readonly id: number;
  readonly name: string;
  readonly account: string | undefined;
  readonly attributes: Attributes;
  readonly #context: UserContext;
  readonly #attendances: ReadonlyMap<string, Attendance>;
  #link: Link;
  #participant: Participant | undefined;

  constructor(id: number, name: string | undefined, account: string | undefined, link: Link, context: UserContext) {
    this.id = id;
    this.name = name ?? `Guest ${id}`;
    this.account = account;
    this.attributes = { displayName: this.name, dialect: dialectName, takesPrivateText: true };
    this.#link = link;
    this.#context = context;
    this.#attendances = new Map(context.agents.map((agent) => [agent.type, agent.attend(this)]));
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

  /** Tells her who she is. */
  greet(): void {
    this.send(new Message('connected', { user: { id: this.id, name: this.name } }));
  }

  /** She goes on with a newer connection; her media ends, her membership does not (COMPEIT §3.1). */
  moveTo(link: Link): void {
    const former = this.#link;
    this.#stopAgents();
    this.#link = link;
    former.dismiss();
  }

  isOn(link: Link): boolean {
    return this.#link === link;
  }

  /** An event of the client, of whatever name. Nothing in it makes this throw. */
  handle(name: string, [argument]: readonly unknown[]): void {
    try {
      this.#dispatch(name, argument);
    } catch (error) {
      this.refuse(name, error, 'connection');
    }
  }

  refuse(request: string, error: unknown, type: string, sender?: number): void {
    const refusal = refusalOf(error);
    if (!refusal) this.#context.log.error('a request failed unexpectedly', { request, user: this.id, error });
    const { code, message: text } = refusal ?? new Refusal('internal', 'internal error');
    const data = { code, message: text, request, ...(sender !== undefined && { sender }) };
    this.send(new Message('server_message', { type, event: 'error', error: text, data }));
  }

  /** The leave procedure (COMPEIT §3.6). */
  leave(): void {
    const participant = this.#participant;
    if (!participant) return;
    this.#stopAgents();
    this.#participant = undefined;
    participant.leave();
  }

  #dispatch(name: string, argument: unknown): void {
    switch (name) {
      case 'connect':
        this.greet();
        return;
      case 'join_room':
        this.#join(read(joinRequest, argument).room);
        return;
      case 'leave_room':
        this.leave();
        this.send(roomLeft);
        return;
      case 'server_message': {
        const { type, data, to } = read(message, argument);
        // Absent and null are the same.
        if (to !== undefined && to !== null) this.#tellOne(argument);
        else this.#ask(type, data);
        return;
      }
      case 'room_message':
        this.#tellRoom(argument);
        return;
      case 'user_message':
        this.#tellOne(argument);
        return;
      default:
    }
  }

  #join(room: string): void {
    const { rooms, names, log } = this.#context;
    const key = names.keyOf(room);
    if (this.#participant?.room.name !== key) {
      const id = randomUUID();
      const participant = rooms.join(key, id, this.attributes, (event) => {
        // What was under way when she left is not hers any more, and what a room tells her while she comes in is not hers yet.
        if (this.#participant?.id === id) this.#told(event);
      });
      // Only now: who is refused there stays here.
      this.leave();
      this.#participant = participant;
      log.info('joined', { room: key, user: this.id });
    }
    this.send(roomJoined);
    for (const other of this.participant.room.participants) {
      if (other !== this.#participant) {
        this.send(new Message('user_joined', { user: this.people.describe(other) }));
      }
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
    const user = this.people.describe(this.participant);
    const news = new Message('room_message', { user, type, data: data ?? null });
    for (const member of room.participants) this.people.userOf(member)?.send(news);
  }

  #tellOne(argument: unknown): void {
    const { room } = this.participant;
    const { type, data, to } = read(userMessage, argument);
    const receiver = this.people.find(to, room);
    if (!receiver) throw new Refusal('no_such_user', `user ${to} is not in the room`);
    if (this.#attendances.get(type)?.userMessage?.(receiver, data)) return;
    const user = this.people.userOf(receiver);
    if (!user) throw new Refusal('not_supported', `user ${to} speaks another protocol and cannot be told that`);
    user.send(new Message('user_message', { type, data: data ?? null, from: this.id }));
  }

  #told(event: RoomEvent): void {
    switch (event.type) {
      case 'participantLeft':
        this.#tellAgents(event);
        this.send(this.#context.encoder.encode(event));
        return;
      case 'participantJoined':
      case 'textSaid':
        this.send(this.#context.encoder.encode(event));
        return;
      case 'participantEvicted':
      case 'roomClosed':
        this.#participant = undefined;
        this.#stopAgents();
        this.send(roomLeft);
        return;
      case 'publicationOpened':
      case 'publicationClosed':
      case 'candidateFound':
      case 'mediaFailed':
      case 'roomFilterChanged':
        this.#tellAgents(event);
        return;
      default:
        event satisfies never;
    }
  }

  #tellAgents(event: RoomEvent): void {
    for (const attendance of this.#attendances.values()) attendance.told?.(event);
  }

  #stopAgents(): void {
    for (const attendance of this.#attendances.values()) attendance.stop?.();
  }
}
