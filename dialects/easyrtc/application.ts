import { RoomError } from '../../rooms/index.js';
import type { Newcomer, Participant, Room } from '../../rooms/index.js';
import type { DialectContext, RoomElsewhere } from '../dialect.js';
import type { Client } from './client.js';
import { Membership } from './membership.js';
import { byName, fieldMapOf } from './messages.js';
import type { ClientEntry, FieldMap } from './messages.js';
import { RoomView } from './room-view.js';
import type { EasyRtcSettings, FieldValues } from './options.js';
import { Outsiders } from './outsiders.js';
import type { WantedRoom } from './requests.js';

/** The value of `Attributes.dialect` of this protocol's participants. */
export const dialectName = 'easyrtc';

const outsiderEntries = new WeakMap<Participant, ClientEntry>();

/** By name. */
type RoomList = Readonly<Record<string, { readonly roomName: string; readonly numberClients: number }>>;

/** The clients that gave the same `easyrtcsid`. */
interface Session {
  readonly clients: Set<Client>;
  fields: FieldValues;
}

export interface ApplicationNeeds extends Pick<DialectContext, 'rooms' | 'names' | 'roomList' | 'now' | 'elsewhere'> {
  readonly settings: EasyRtcSettings;
}

/** A closed world of clients, by name (docs/protocols/easyrtc.md#1-model). It exists while clients are in it. */
export class Application {
  readonly name: string;
  readonly #clients = new Map<string, Client>();
  readonly outsiders: Outsiders;
  readonly #needs: ApplicationNeeds;
  readonly #onChange: (application: Application) => void;
  readonly #views = new Map<string, RoomView>();
  /** By the decoded id. */
  readonly #sessions = new Map<string, Session>();

  /** @param onChange called when a client has come or gone */
  constructor(name: string, needs: ApplicationNeeds, onChange: (application: Application) => void) {
    this.name = name;
    this.#needs = needs;
    this.#onChange = onChange;
    this.outsiders = new Outsiders(needs.now, outsiderEntries);
  }

  /** By their `easyrtcid`. */
  get clients(): ReadonlyMap<string, Client> {
    return this.#clients;
  }

  add(client: Client): void {
    this.#clients.set(client.easyrtcid, client);
    this.#onChange(this);
  }

  remove(client: Client): void {
    this.#clients.delete(client.easyrtcid);
    this.#onChange(this);
  }

  view(room: string): RoomView | undefined {
    return this.#views.get(room);
  }

  /** The room that has this name in the application, if there is one. */
  room(name: string): Room | undefined {
    return this.#needs.rooms.find(this.#keyOf(name));
  }

  /** Whether the room exists. The default room exists also while it is empty. */
  hasRoom(name: string): boolean {
    const { defaultRoomEnabled, defaultRoom } = this.#needs.settings;
    return (defaultRoomEnabled && name === defaultRoom) || this.room(name) !== undefined;
  }

  /**
   * All rooms that a client of the application can name, and the default room also when it is empty. Where rooms are not listed to
   * everybody: the rooms that the client is in (docs/protocols/easyrtc.md#63-getroomlist).
   */
  roomListFor(client: Client): RoomList | Promise<RoomList> {
    const { roomList, elsewhere } = this.#needs;
    if (roomList !== 'public' || !elsewhere) return this.#roomList(client, []);
    return elsewhere().then((others) => this.#roomList(client, others));
  }

  #roomList(client: Client, others: readonly RoomElsewhere[]): RoomList {
    const { rooms, roomList, settings } = this.#needs;
    const list = new Map<string, number>();
    if (roomList === 'public') {
      if (settings.defaultRoomEnabled) list.set(settings.defaultRoom, 0);
      for (const room of rooms) {
        const name = this.nameOf(room.name);
        const isIn = name !== undefined && client.membership(name) !== undefined;
        if (name === undefined || (!isIn && client.bearer?.grantsIn(room.name).roomJoin !== true)) continue;
        // A client that a moderator has to let in is not told how many are there.
        list.set(name, room.settings.waitingRoom && !isIn ? 0 : room.size);
      }
      for (const { name: key, participants, waitingRoom = true } of others) {
        const name = this.nameOf(key);
        if (name === undefined || rooms.find(key) || client.bearer?.grantsIn(key).roomJoin !== true) continue;
        list.set(name, waitingRoom ? 0 : participants);
      }
    } else {
      for (const { view, participant } of client.memberships) list.set(view.name, participant.room.size);
    }
    return byName([...list].map(([roomName, numberClients]) => [roomName, { roomName, numberClients }] as const));
  }

  /**
   * Puts a client into a room. The caller makes sure that it is not there yet.
   * @param entered called with the membership before the others are told
   * @throws RoomError as `Rooms.join`; if `entered` was not called, nothing has happened
   */
  async join(
    client: Client,
    { name, parameter }: WantedRoom,
    entered: (membership: Membership) => void,
  ): Promise<void> {
    const { rooms, settings, now } = this.#needs;
    const { roomFields, roomMaxConnections: maxConnections } = settings;
    const password = typeof parameter?.password === 'string' ? parameter.password : undefined;
    const newcomer = { ...newcomerOf(client), password };
    await rooms.join(this.#keyOf(name), newcomer, (participant) => {
      // While the join was being admitted, the client may have left or the room may have filled up.
      if (client.application !== this) return undefined;
      if (maxConnections > 0 && participant.room.size > maxConnections) {
        throw new RoomError('room-refused', `Room "${name}" is full`);
      }
      const view = this.#views.get(name) ?? this.#newView(name, roomFields);
      const membership = new Membership(client, view, participant, now());
      view.add(membership);
      for (const other of participant.room.participants) view.idOf(other);
      entered(membership);
      return (event) => {
        client.hear(event, membership);
      };
    });
  }

  /**
   * Whether a client may send into a room of the application in which it is not.
   * @param description as in `Rooms.assertMaySendInto`. @throws RoomError
   */
  assertMaySendInto(room: Room, client: Client, description?: string): void {
    this.#needs.rooms.assertMaySendInto(room, newcomerOf(client), description);
  }

  /** Ends a membership. May be called after the room has ended the participant. */
  leave(membership: Membership): void {
    const { client, view, participant } = membership;
    if (view.members.get(client.easyrtcid) !== membership) return;
    participant.leave();
    view.remove(membership);
    if (view.members.size > 0) return;
    view.end();
    this.#views.delete(view.name);
  }

  enterSession(id: string, client: Client): void {
    const key = keyOf(id);
    let session = this.#sessions.get(key);
    if (!session) this.#sessions.set(key, (session = { clients: new Set(), fields: {} }));
    session.clients.add(client);
  }

  leaveSession(id: string, client: Client): void {
    const key = keyOf(id);
    const session = this.#sessions.get(key);
    session?.clients.delete(client);
    if (session?.clients.size === 0) this.#sessions.delete(key);
  }

  sessionFields(id: string): FieldMap {
    return fieldMapOf(this.#sessions.get(keyOf(id))?.fields ?? {}) ?? {};
  }

  /** @returns the clients to tell; none when the session does not exist */
  setSessionFields(id: string, fields: FieldValues): Iterable<Client> {
    const session = this.#sessions.get(keyOf(id));
    if (!session) return [];
    session.fields = fields;
    return session.clients;
  }

  /** Undefined for a room of another application, and for a name that this protocol cannot express. */
  nameOf(key: string): string | undefined {
    const { names, settings } = this.#needs;
    let name = names.nameOf(key);
    if (name !== undefined && this.name !== settings.defaultApplication) {
      const prefix = `${this.name}/`;
      name = name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
    }
    return name !== undefined && settings.roomPattern.test(name) ? name : undefined;
  }

  #newView(name: string, fields: FieldValues): RoomView {
    const view = new RoomView(name, this.#keyOf(name), fields, this.outsiders);
    this.#views.set(name, view);
    return view;
  }

  /** In the default application the name is used as it is; in others it follows the name of the application. */
  #keyOf(room: string): string {
    const { names, settings } = this.#needs;
    return names.keyOf(this.name === settings.defaultApplication ? room : `${this.name}/${room}`);
  }
}

function newcomerOf(client: Client): Newcomer {
  const { easyrtcid, username, sessionId, bearer } = client;
  // Ids are made anew for each connection. The session is what a page keeps.
  const identity = sessionId === undefined ? username : `easyrtcsid:${keyOf(sessionId)}`;
  const displayName = username ?? easyrtcid;
  const attributes = { displayName, dialect: dialectName, hearsPrivateTexts: true, peerToPeer: true };
  return { id: easyrtcid, idIsName: false, attributes, identity, session: client, bearer };
}

/**
 * Pages send the text of their cookie without decoding it, so one id can have different escapes
 * (docs/protocols/easyrtc.md#2-transport).
 */
function keyOf(easyrtcsid: string): string {
  try {
    return decodeURIComponent(easyrtcsid);
  } catch {
    return easyrtcsid;
  }
}
