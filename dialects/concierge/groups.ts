import { RoomError } from '../../rooms/index.js';
import type { Attributes, Participant, Room, RoomEvent, Rooms, RoomsWatcher } from '../../rooms/index.js';
import type { RoomNames } from '../room-names.js';
import type { Client } from './client.js';
import { Group } from './group.js';
import { Identity } from './identity.js';
import type { Target } from './messages.js';
import type { Lobby } from './lobby.js';

/** As it stands in `Attributes.dialect`. */
export const dialectName = 'concierge';

/** Longest name of a group, in characters; rooms of longer names are not shown. */
const maxGroupName = 256;

export interface GroupsContext {
  readonly rooms: Rooms;
  readonly names: RoomNames;
  readonly lobby: Lobby;
  /** A random uuid. */
  readonly newUuid: () => string;
  /** Bytes of a text of another protocol, as JSON, that is still delivered. */
  readonly maxTextBytes: number;
}

/** Every room as a group, and the strangers in them as clients (bridging). */
export class Groups implements RoomsWatcher {
  readonly #context: GroupsContext;
  readonly #groups = new Map<string, Group>();
  #undelivered = 0;

  constructor(context: GroupsContext) {
    this.#context = context;
    for (const room of context.rooms) {
      this.roomOpened(room);
      for (const participant of room.participants) this.#welcome(this.#of(room), participant);
    }
  }

  get all(): Group[] {
    return [...this.#groups.values()];
  }

  /** Texts of strangers that could not be delivered. */
  get undelivered(): number {
    return this.#undelivered;
  }

  find(name: string): Group | undefined {
    return this.#groups.get(name);
  }

  /**
   * Makes a group. Everybody is told except its owner, if it has one that is not told (`Language.tellsDoer`).
   * @throws RoomError `invalid-name`; and as `Rooms.open`
   */
  async create(name: string, nickname: string | null, owner?: Client): Promise<Group> {
    const { rooms, names } = this.#context;
    if (!isGroupName(name)) throw new RoomError('invalid-name', `"${name.slice(0, 40)}" cannot be the name of a group`);
    const key = names.keyOf(name);
    if (names.nameOf(key) !== name) throw new RoomError('room-refused', `Room "${key}" is not shared`);
    const options = { ...(nickname !== null && { title: nickname }), ...(owner && { by: attributesOf(owner) }) };
    const room = await rooms.open(key, options, (opened) => {
      if (owner && !this.#isHere(owner)) return false;
      this.#add(new Group(name, nickname, opened, owner));
      return true;
    });
    // If its owner left since, it has ended already.
    return this.#of(room) ?? new Group(name, nickname, room, owner);
  }

  /** @returns whether it was not so before. @throws RoomError as `Rooms.join` */
  async subscribe(client: Client, group: Group): Promise<boolean> {
    if (group.membershipOf(client)) return false;
    const { rooms, newUuid } = this.#context;
    try {
      await rooms.join(group.room, { id: newUuid(), attributes: attributesOf(client) }, (participant) => {
        if (!this.#isHere(client)) return undefined;
        if (this.#of(group.room) !== group) throw new RoomError('room-closed', `Group "${group.name}" has ended`);
        group.add(client, participant);
        return (event) => {
          this.#hear(client, group, event);
        };
      });
    } catch (error) {
      group.remove(client);
      throw error;
    }
    // It may have ended since.
    return group.membershipOf(client) !== undefined;
  }

  /**
   * Takes a subscriber out of a group that goes on; nobody is told but the room.
   * @param first is called when the group does not list her any more, before the room may end for want of people
   */
  unsubscribe(client: Client, group: Group, first: (changed: boolean) => void = () => undefined): void {
    const membership = group.remove(client);
    first(membership !== undefined);
    membership?.leave();
  }

  /**
   * Ends a group for the clients of this protocol; the room goes on while strangers are in it, as a group of nobody's.
   * @param except is not told that it is deleted
   * @param then is called when all were told, before anything is told of the group that may remain
   */
  end(group: Group, except?: Client, then: () => void = () => undefined): void {
    const { lobby } = this.#context;
    this.#groups.delete(group.name);
    group.owner?.owned.delete(group);
    const { text } = group;
    group.tell({ type: 'groupEnded', group: text });
    const memberships = [...group.subscribers].map((client) => group.remove(client));
    lobby.tell({ type: 'groupDeleted', group: text }, except);
    then();
    const { room, strangers } = group;
    for (const membership of memberships) membership?.leave();
    // From now on it is there for strangers only; a room where nobody is closes.
    room.stays = false;
    if (room.closed) {
      for (const participant of strangers.keys()) this.#forget(group, participant);
      return;
    }
    const remaining = new Group(group.name, room.title ?? null, room, undefined);
    for (const [participant, identity] of strangers) remaining.welcome(participant, identity);
    this.#add(remaining);
    lobby.tell({ type: 'groupCreated', group: remaining.text });
  }

  /** Before a client goes: what it owns ends, and it is subscribed to nothing any more (Concierge §10). */
  release(client: Client): void {
    for (const group of [...client.owned]) this.end(group);
    for (const group of [...client.subscriptions]) {
      this.unsubscribe(client, group, () => {
        group.tell({ type: 'subscriberLeft', client, group: group.text });
      });
    }
  }

  roomOpened(room: Room): void {
    const name = this.#context.names.nameOf(room.name);
    if (name === undefined || !isGroupName(name)) return;
    const group = this.#of(room) ?? this.#add(new Group(name, room.title ?? null, room, undefined));
    const { owner } = group;
    const except = owner?.language.tellsDoer === false ? owner : undefined;
    this.#context.lobby.tell({ type: 'groupCreated', group: group.text }, except);
  }

  happened(room: Room, event: RoomEvent): void {
    const group = this.#of(room);
    if (!group) return;
    // The rest is told to one participant alone, or is about media.
    if (event.type === 'participantJoined') this.#welcome(group, event.participant);
    else if (event.type === 'participantLeft') this.#forget(group, event.participant);
    else if (event.type === 'textSaid') this.#relay(group, event.from, event.text);
    else if (event.type === 'roomClosed') this.end(group);
  }

  #add(group: Group): Group {
    this.#groups.set(group.name, group);
    group.owner?.owned.add(group);
    return group;
  }

  /** Whether the client has not left. */
  #isHere(client: Client): boolean {
    return this.#context.lobby.client(client.uuid) === client;
  }

  #of(room: Room): Group | undefined {
    const name = this.#context.names.nameOf(room.name);
    const group = name === undefined ? undefined : this.#groups.get(name);
    return group?.room === room ? group : undefined;
  }

  #welcome(group: Group | undefined, participant: Participant): void {
    const { displayName, dialect } = participant.attributes;
    if (!group || dialect === dialectName) return;
    const { lobby, newUuid } = this.#context;
    const name = lobby.freeName(displayName || participant.id, participant.id);
    const identity = new Identity(name, null, newUuid(), ['gateway', dialect]);
    group.welcome(participant, identity);
    lobby.welcome(identity);
    group.tell({ type: 'subscriberJoined', client: identity, group: group.text });
  }

  #forget(group: Group, participant: Participant): void {
    const identity = group.forget(participant);
    if (!identity) return;
    const { lobby } = this.#context;
    lobby.remove(identity);
    if (!group.room.closed) group.tell({ type: 'subscriberLeft', client: identity, group: group.text });
    lobby.tell({ type: 'clientLeft', client: identity });
  }

  /** A text of a stranger to the room. */
  #relay(group: Group, from: Participant, text: string): void {
    const origin = group.strangers.get(from);
    if (!origin) return;
    const data = JSON.stringify(text);
    if (Buffer.byteLength(data) > this.#context.maxTextBytes) {
      this.#undelivered += [...group.subscribers].length;
      return;
    }
    const target: Target = { type: 'GROUP', group: group.name };
    group.tell({ type: 'message', origin, group: group.text, target, data });
  }

  /** What one subscriber alone is told. */
  #hear(client: Client, group: Group, event: RoomEvent): void {
    if (event.type === 'participantEvicted') {
      group.remove(client);
      client.tell({ type: 'evicted', group: group.text });
      group.tell({ type: 'subscriberLeft', client, group: group.text });
      return;
    }
    if (event.type !== 'textSaid' || event.to === undefined) return;
    const origin = group.strangers.get(event.from);
    if (!origin) return;
    const data = JSON.stringify(event.text);
    if (Buffer.byteLength(data) > this.#context.maxTextBytes) {
      this.#undelivered += 1;
      return;
    }
    const target: Target = { type: 'NAME', name: client.name };
    client.tell({ type: 'message', origin, group: undefined, target, data });
  }
}

function attributesOf({ name }: Client): Attributes {
  return { displayName: name, dialect: dialectName, hearsPrivateTexts: true };
}

function isGroupName(name: string): boolean {
  return name !== '' && name.length <= maxGroupName;
}
