import { RoomError, roomKey } from '../../rooms/index.js';
import type { Attributes, Participant, Room, RoomEvent, Rooms, RoomsWatcher } from '../../rooms/index.js';
import type { DialectContext } from '../dialect.js';
import type { RoomNames } from '../room-names.js';
import type { Client } from './client.js';
import { Group, groupElsewhere } from './group.js';
import type { Target } from './messages.js';
import { Outsider } from './outsider.js';
import type { Directory } from './directory.js';
import type { GroupText } from './protocol-version.js';
import { mayEnter } from './visibility.js';
import type { Visibility } from './visibility.js';

/** As it stands in `Attributes.dialect`. */
export const dialectName = 'concierge';

export interface GroupsContext {
  readonly rooms: Rooms;
  readonly names: RoomNames;
  readonly directory: Directory;
  readonly visibility: Visibility;
  /** A random uuid. */
  readonly newUuid: () => string;
  /** The longest text from another protocol that is delivered, in bytes of its JSON. */
  readonly maxTextBytes: number;
  readonly elsewhere: DialectContext['elsewhere'];
}

/** A client that has subscribed. */
export interface Subscribed {
  readonly group: Group;
  /** The outsiders of whom it is to be told (`introduce`). Undefined: it was subscribed already, or is not any more. */
  readonly present: readonly Outsider[] | undefined;
}

/**
 * Shows every room as a group, and the outsiders in it as clients (bridging). It knows of none while there is no client, and of a room that
 * was there before the first client only once a client names it or asks for all: so rooms without clients of this protocol cost nothing,
 * and no client waits for a look at all rooms.
 */
export class Groups implements RoomsWatcher {
  readonly #context: GroupsContext;
  readonly #groups = new Map<string, Group>();
  /** Rooms whose group has just ended, and of whose end all clients are told already. */
  readonly #ending = new WeakSet<Room>();
  #unwatch: (() => void) | undefined;
  #undelivered = 0;

  constructor(context: GroupsContext) {
    this.#context = context;
  }

  /** How many groups are known. */
  get size(): number {
    return this.#groups.size;
  }

  /** Whether the client is told of the group without naming it. */
  shows(group: Group, client: Client): boolean {
    return this.#context.visibility.shows(group, client);
  }

  /** The list of groups for a client. It is as long as what it looks at: where not all are listed, nothing looks at all rooms. */
  shownTo(client: Client): Group[] {
    const { rooms, visibility } = this.#context;
    const shows = (group: Group): boolean => this.shows(group, client);
    if (visibility.showsAll) return [...rooms].flatMap((room) => this.#know(room) ?? []).filter(shows);
    const ofOptions = [...visibility.ofOptions].flatMap((name) => this.find(name) ?? []);
    return [...new Set([...ofOptions, ...this.#groups.values()])].filter(shows);
  }

  /** Whether there may be groups at other processes. */
  get areElsewhere(): boolean {
    return this.#context.elsewhere !== undefined;
  }

  /** Groups at other processes of which the client is told. Their members are not listed. */
  async elsewhereFor({ bearer }: Client): Promise<readonly GroupText[]> {
    const { elsewhere, rooms, names, visibility } = this.#context;
    return ((await elsewhere?.()) ?? []).flatMap(({ name: key, title, waitingRoom = true }) => {
      const name = names.nameOf(key);
      if (name === undefined || !visibility.showsToAll(name) || rooms.find(key)) return [];
      return mayEnter(bearer.grantsIn(key), waitingRoom) ? [groupElsewhere(name, title)] : [];
    });
  }

  /** The key of the room of that name, which another process has. Undefined: none has it. */
  async keyElsewhere(name: string): Promise<string | undefined> {
    const others = (await this.#context.elsewhere?.()) ?? [];
    return others.find((room) => this.#context.names.nameOf(room.name) === roomKey(name))?.name;
  }

  /** Those of the groups that the identity is in of which the client is told. */
  sharedBy(identity: Client | Outsider, client: Client): Group[] {
    const groups =
      identity instanceof Outsider ? [identity.group].filter((group) => group !== undefined) : identity.subscriptions;
    return [...groups].filter((group) => {
      const isHidden = identity !== client && !(identity instanceof Outsider) && group.hides(identity);
      return this.shows(group, client) && !isHidden;
    });
  }

  /** How many texts of outsiders were too long to be delivered. */
  get undelivered(): number {
    return this.#undelivered;
  }

  find(name: string): Group | undefined {
    const known = this.#groups.get(roomKey(name));
    if (known || !this.#unwatch) return known;
    const room = this.#roomOf(name);
    return room && this.#know(room);
  }

  /** Called before a client enters. */
  open(): void {
    this.#unwatch ??= this.#context.rooms.watch(this);
  }

  /** Called when the last client has left. */
  close(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#context.directory.forgetOutsiders();
    this.#groups.clear();
  }

  /**
   * Makes a group. All clients are told, but the owner only if its version says so (`ProtocolVersion.tellsDoer`).
   * @throws RoomError as `Rooms.open`
   */
  async create(given: string, nickname: string | null, owner?: Client): Promise<Group> {
    const { rooms, names } = this.#context;
    const key = names.keyOf(given);
    const name = names.nameOf(key);
    if (name === undefined || name !== roomKey(given))
      throw new RoomError('room-refused', `Room "${key}" is not shared`);
    const options = {
      ...(nickname !== null && { title: nickname }),
      ...(owner && { by: attributesOf(owner), bearer: owner.bearer }),
    };
    const room = await rooms.open(key, options, (opened) => {
      if (owner && !this.#isHere(owner)) return false;
      // Without an owner it is shown as any room is, if there is a client.
      if (owner) this.#add(new Group(name, nickname, opened, owner));
      return true;
    });
    // If the owner has left meanwhile, the group has ended already.
    return this.#of(room) ?? new Group(name, nickname, room, owner);
  }

  /** @param wanted the key of its room for one that another process has. @throws RoomError as `Rooms.join` */
  async subscribe(client: Client, wanted: Group | string): Promise<Subscribed> {
    if (wanted instanceof Group && wanted.membershipOf(client)) return { group: wanted, present: undefined };
    let entered: Subscribed | undefined;
    const { rooms, newUuid } = this.#context;
    try {
      const newcomer = { id: newUuid(), ...knownAs(client) };
      await rooms.join(wanted instanceof Group ? wanted.room : wanted, newcomer, (participant) => {
        const { room } = participant;
        if (!this.#isHere(client)) return undefined;
        const group = wanted instanceof Group ? wanted : this.#know(room);
        if (!group || this.#of(room) !== group) throw new RoomError('room-closed', `Group "${room.name}" has ended`);
        group.add(client, participant);
        client.removedFrom.delete(room);
        // Later ones are announced as they come.
        entered = { group, present: [...group.outsiders.values()] };
        return (event) => {
          this.#hear(client, group, event);
        };
      });
    } catch (error) {
      const group = wanted instanceof Group ? wanted : entered?.group;
      group?.remove(client);
      throw error;
    }
    if (!entered) throw new Error('the room was joined without a group');
    // The subscription may have ended meanwhile.
    return entered.group.membershipOf(client) ? entered : { ...entered, present: undefined };
  }

  /**
   * Whether a client may send to a group, in which it may not be.
   * @throws RoomError as `Participant.assertMay` and `Rooms.assertMaySendInto`
   */
  assertMaySendTo(group: Group, client: Client): void {
    const membership = group.membershipOf(client);
    if (membership) membership.assertMay('data');
    else this.#context.rooms.assertMaySendInto(group.room, { id: client.uuid, ...knownAs(client) });
  }

  /** Tells a new subscriber of the outsiders that were there, except those that have left meanwhile. */
  introduce(outsiders: readonly Outsider[], client: Client): void {
    for (const outsider of outsiders)
      if (outsider.group?.outsiders.has(outsider.participant)) client.tell({ type: 'clientJoined', client: outsider });
  }

  /**
   * Takes a subscriber out of a group that goes on. Only the room is told.
   * @param first called when the group no longer lists the client, before the room may close because it is empty
   */
  unsubscribe(client: Client, group: Group, first: (changed: boolean) => void = () => undefined): void {
    const membership = group.remove(client);
    first(membership !== undefined);
    if (membership && this.#isHere(client)) this.#part(group, [client]);
    membership?.leave();
  }

  /**
   * Ends a group for the clients of this protocol. While outsiders are in the room, it goes on as a group without an owner.
   * @param except is not told that the group is deleted
   * @param then called when all clients were told, before they are told of the group that may remain
   */
  end(group: Group, except?: Client, then: () => void = () => undefined): void {
    const { directory } = this.#context;
    this.#groups.delete(group.name);
    group.owner?.owned.delete(group);
    const { text } = group;
    group.tell({ type: 'groupEnded', group: text });
    const members = new Set(group.subscribers);
    const memberships = [...members].map((client) => group.remove(client));
    const heardOfIt = (client: Client): boolean => members.has(client) || this.shows(group, client);
    directory.tell({ type: 'groupDeleted', group: text }, except, heardOfIt);
    then();
    this.#part(group, members);
    const { room, outsiders } = group;
    this.#ending.add(room);
    for (const membership of memberships) membership?.leave();
    // From now on only outsiders are in the room. If there are none, it closes.
    room.stays = false;
    if (room.closed) {
      for (const outsider of outsiders.values()) directory.remove(outsider);
      return;
    }
    this.#ending.delete(room);
    const remaining = new Group(group.name, room.title ?? null, room, undefined);
    for (const outsider of outsiders.values()) remaining.welcome(outsider);
    this.#add(remaining);
    this.#tellOfNew(remaining);
  }

  /** Called before a client leaves: ends its groups and its subscriptions (docs/protocols/concierge.md#10-leaving). */
  release(client: Client): void {
    for (const group of [...client.owned]) this.end(group);
    for (const group of [...client.subscriptions]) {
      const isHidden = group.hides(client);
      this.unsubscribe(client, group, () => {
        if (!isHidden) group.tell({ type: 'subscriberLeft', client, group: group.text });
      });
    }
  }

  roomOpened(room: Room): void {
    const name = this.#context.names.nameOf(room.name);
    const isListed = name !== undefined && this.#context.visibility.showsToAll(name);
    // One that is not listed is known once a client names it.
    const group = this.#of(room) ?? (isListed ? this.#show(room) : undefined);
    if (!group) return;
    const { owner } = group;
    const except = owner?.version.tellsDoer === false ? owner : undefined;
    this.#tellOfNew(group, except);
  }

  happened(room: Room, event: RoomEvent): void {
    // All clients may know of a room that is listed.
    const isUnknown = event.type === 'roomClosed' && !this.#ending.has(room);
    const group = this.#of(room) ?? (isUnknown ? this.#show(room) : undefined);
    if (!group) return;
    // Other events go to one participant, or are about media.
    if (event.type === 'participantJoined') this.#announce(group, event.participant);
    else if (event.type === 'participantLeft') this.#forget(group, event.participant);
    else if (event.type === 'textSaid') this.#relay(group, event.from, event.text);
    else if (event.type === 'roomClosed') this.end(group);
  }

  /** Clients find a group that is at another process only once somebody has brought it here. */
  roomLetGo(room: Room): void {
    const group = this.#of(room);
    if (group) this.end(group);
  }

  #tellOfNew(group: Group, except?: Client): void {
    const hears = (client: Client): boolean => this.shows(group, client);
    this.#context.directory.tell({ type: 'groupCreated', group: group.text }, except, hears);
  }

  /** Clients that subscribe to a group no more are not told of its outsiders any longer. */
  #part(group: Group, members: Iterable<Client>): void {
    for (const member of members)
      for (const outsider of group.outsiders.values()) member.tell({ type: 'clientLeft', client: outsider });
  }

  #add(group: Group): Group {
    this.#groups.set(group.name, group);
    group.owner?.owned.add(group);
    return group;
  }

  /** Whether the client has not left. */
  #isHere(client: Client): boolean {
    return this.#context.directory.client(client.uuid) === client;
  }

  #of(room: Room): Group | undefined {
    const name = this.#context.names.nameOf(room.name);
    const group = name === undefined ? undefined : this.#groups.get(name);
    return group?.room === room ? group : undefined;
  }

  /** Undefined when there is no such room, or it is of another protocol. */
  #roomOf(name: string): Room | undefined {
    const { rooms, names } = this.#context;
    try {
      const room = rooms.find(names.keyOf(name));
      return room && names.nameOf(room.name) === roomKey(name) ? room : undefined;
    } catch (error) {
      if (error instanceof RoomError) return undefined;
      throw error;
    }
  }

  /** The group of a room, with those that are in it. Undefined for a room that is not shown. */
  #know(room: Room): Group | undefined {
    const known = this.#of(room);
    if (known) return known;
    const group = this.#show(room);
    if (group) for (const participant of room.participants) this.#welcome(group, participant);
    return group;
  }

  /** Undefined for a room that is not shown. */
  #show(room: Room): Group | undefined {
    const name = this.#context.names.nameOf(room.name);
    if (name === undefined) return undefined;
    return this.#of(room) ?? this.#add(new Group(name, room.title ?? null, room, undefined));
  }

  /** Undefined for a participant of this protocol. */
  #welcome(group: Group, participant: Participant): Outsider | undefined {
    if (participant.attributes.dialect === dialectName) return undefined;
    const { directory, newUuid } = this.#context;
    const outsider = directory.welcome(participant, newUuid());
    group.welcome(outsider);
    return outsider;
  }

  #announce(group: Group, participant: Participant): void {
    const outsider = this.#welcome(group, participant);
    if (!outsider) return;
    group.tell({ type: 'clientJoined', client: outsider });
    group.tell({ type: 'subscriberJoined', client: outsider, group: group.text });
  }

  #forget(group: Group, participant: Participant): void {
    const outsider = group.forget(participant);
    if (!outsider) return;
    this.#context.directory.remove(outsider);
    if (!group.room.closed) group.tell({ type: 'subscriberLeft', client: outsider, group: group.text });
    group.tell({ type: 'clientLeft', client: outsider });
  }

  /** Delivers a text that an outsider says to the room. */
  #relay(group: Group, from: Participant, text: string): void {
    const origin = group.outsiders.get(from);
    if (!origin) return;
    const data = JSON.stringify(text);
    if (Buffer.byteLength(data) > this.#context.maxTextBytes) {
      this.#undelivered += [...group.subscribers].length;
      return;
    }
    const target: Target = { type: 'GROUP', group: group.name };
    group.tell({ type: 'message', origin, group: group.text, target, data });
  }

  /** Handles an event that only this subscriber is told. */
  #hear(client: Client, group: Group, event: RoomEvent): void {
    if (event.type === 'participantEvicted') {
      const isHidden = group.hides(client);
      group.remove(client);
      client.removedFrom.add(group.room);
      client.tell({ type: 'evicted', group: group.text });
      this.#part(group, [client]);
      if (!isHidden) group.tell({ type: 'subscriberLeft', client, group: group.text });
      return;
    }
    // Each message has a client as its origin, and the server is none.
    if (event.type === 'announced') this.#undelivered += 1;
    if (event.type !== 'textSaid' || event.to === undefined) return;
    const origin = group.outsiders.get(event.from);
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
  return { displayName: name, dialect: dialectName, hearsPrivateTexts: true, peerToPeer: true };
}

/** What the rooms are to know of a client besides its id. */
function knownAs(client: Client) {
  const { name, bearer } = client;
  return { attributes: attributesOf(client), identity: name, session: client, bearer };
}
