import type { KeptValues, Participant, Room } from '../../../rooms/index.js';
import { backEnd } from './back-end.js';
import { textOfChat } from './chat.js';
import { memberRecord, strangerRecord } from './connection-properties.js';
import type { ConnectionBody, ConnectionChanges } from './connection-properties.js';
import type { OwnFact } from './facts.js';
import { connectionIdOf, newConnectionId, newToken } from './ids.js';
import type { TellMembers } from './notices.js';
import { OvConnection } from './ov-connection.js';
import type { ConnectionContext, Reception } from './ov-connection.js';
import { OvError } from './ov-error.js';
import { leaveReasons, unpublishReason } from './reasons.js';
import type { EndReason } from './reasons.js';
import type { SessionProperties, SessionRecord } from './session-properties.js';
import type { OvStream } from './stream.js';

/** Where a client is, as the original says it when it does not know. */
export const unknownPlace = 'unknown';

/** Before the types of signals on the wire. */
export const signalPrefix = 'signal:';

/** A signal of the back end. */
export interface Signal {
  readonly to?: readonly string[] | undefined;
  readonly type?: string | undefined;
  readonly data?: string | undefined;
}

/** The names of the values that are kept of a session. */
const prefixes = { member: 'c:', stranger: 'x:' } as const;
const keys = {
  session: 'session',
  member: (id: string) => `${prefixes.member}${id}`,
  stranger: (slot: number) => `${prefixes.stranger}${slot}`,
} as const;
export const sessionKey = keys.session;

/** What a session has of its server. */
export interface SessionContext {
  /** The name of this dialect's participants. */
  readonly dialect: string;
  readonly now: () => number;
  readonly maxPendingConnections: number;
  readonly tell: (session: OvSession, fact: OwnFact) => void;
  readonly tellMembers: TellMembers;
  /** A session is about to be over: everybody has left it. */
  readonly ending: (session: OvSession, reason: EndReason) => void;
  /** Nobody is there any more, and nothing of it runs. */
  readonly over: (session: OvSession) => void;
  /** The type of signals that are the chat with strangers, without `signal:`. */
  readonly chatType: string;
}

/**
 * A session: a room that the back end has made, or has attached itself to, and the connections that it has made for it. The room ends it.
 */
export class OvSession {
  readonly room: Room;
  /** The recording that runs. */
  recording: { readonly id: string; readonly name: string } | undefined;
  readonly #context: SessionContext;
  readonly #kept: KeptValues;
  readonly #members = new Map<string, OvConnection>();
  readonly #strangers = new Map<string, OvConnection>();
  readonly #bySlot = new Map<number, OvConnection>();
  readonly #pendingByToken = new Map<string, OvConnection>();
  readonly #forConnections: ConnectionContext;
  #record: SessionRecord;
  #closing: EndReason | undefined;

  /** Goes on with what is kept of it. */
  constructor(room: Room, record: SessionRecord, context: SessionContext) {
    this.room = room;
    this.#kept = room.kept(context.dialect);
    this.#record = record;
    this.#context = context;
    this.#forConnections = {
      room,
      now: context.now,
      changed: (connection) => {
        this.#changed(connection);
      },
      received: (connection, reception, end) => {
        this.#received(connection, reception, end);
      },
    };
    this.#restore();
  }

  /** What nobody has made before. */
  static make(room: Room, record: SessionRecord, context: SessionContext): OvSession {
    const kept = room.kept(context.dialect);
    kept.keepsOpen = true;
    kept.set(keys.session, record);
    return new OvSession(room, record, context);
  }

  /** As pages and back ends have it. */
  get id(): string {
    return this.#record.id;
  }

  /** In ms since 1970. */
  get createdAt(): number {
    return this.#record.createdAt;
  }

  /** Of this life of the session. */
  get uniqueId(): string {
    return `${this.id}_${this.createdAt}`;
  }

  get properties(): SessionProperties {
    return this.#record.properties;
  }

  /** Whether a member has ever joined. */
  get isActive(): boolean {
    return this.#record.isActive;
  }

  /** Whether it is being recorded. */
  get isRecorded(): boolean {
    return this.recording !== undefined;
  }

  /** Why it is about to end. Undefined: it is not. */
  get closing(): EndReason | undefined {
    return this.#closing;
  }

  /** Those in the room, members and strangers, in the order in which they came. */
  get active(): readonly OvConnection[] {
    return [...this.room.participants].flatMap((participant) => this.connectionOf(participant) ?? []);
  }

  /** Those whose token nobody has used, in the order in which they were made. */
  get pending(): readonly OvConnection[] {
    return [...this.#pendingByToken.values()];
  }

  /** @throws OvError `too-many-connections`; RoomError `invalid-text`, `too-many` for more data than a room keeps */
  addConnection({ type: _type, data, ...body }: ConnectionBody): OvConnection {
    if (this.#pendingByToken.size >= this.#context.maxPendingConnections) {
      throw new OvError('too-many-connections', `Session ${this.id} has too many connections that nobody has used`);
    }
    const id = this.#newConnectionId();
    const record = { ...body, id, createdAt: this.#context.now(), serverData: data, token: newToken() };
    return this.#addNew(new OvConnection({ member: record }, this.#forConnections));
  }

  /** Pending or active, a member or a stranger. */
  connection(id: string): OvConnection | undefined {
    const known = this.#members.get(id) ?? this.#strangers.get(id);
    if (known) return known;
    // Those that nobody has asked for yet have no id yet.
    return this.active.find((each) => each.id === id);
  }

  /** The pending one of that token: its value, or the whole address that a page was given. */
  connectionByToken(token: string): OvConnection | undefined {
    return this.#pendingByToken.get(tokenIn(token));
  }

  /** A stranger gets one when it is first asked for. Undefined for those whom nobody sees. */
  connectionOf(participant: Participant): OvConnection | undefined {
    const known = this.#bySlot.get(participant.slot);
    if (known) return known;
    if (participant.attributes.dialect === this.#context.dialect || participant.grants.hidden || participant.closed) {
      return undefined;
    }
    const { slot, joinedAt } = participant;
    const createdAt = Math.max(joinedAt, this.createdAt);
    const record = { id: this.#newConnectionId(), slot, createdAt };
    return this.#addNew(new OvConnection({ stranger: record }, this.#forConnections, participant));
  }

  /** The connection that a stream id names, whether it is its present stream or not. */
  connectionOfStream(streamId: string): OvConnection | undefined {
    const id = connectionIdOf(streamId);
    return id === undefined ? undefined : this.connection(id);
  }

  /** The back end ends the session, and so the room for all. Does nothing the second time. */
  close(): void {
    if (this.#closing !== undefined || this.room.closed) return;
    this.#closing = 'sessionClosedByServer';
    this.room.moderatedBy(backEnd).close('The session was closed');
  }

  /** The back end changes a connection, pending or active: the page is told what has changed. */
  changeConnection(connection: OvConnection, changes: ConnectionChanges): void {
    if (connection.isStranger) throw new OvError('connection-not-found', `${connection.id} speaks another protocol`);
    const { participant } = connection;
    for (const property of connection.change(changes)) {
      if (connection.isPending || !participant) continue;
      // Of the role itself, each request asks.
      const roomAdmin = connection.role === 'MODERATOR';
      if (roomAdmin !== participant.grants.roomAdmin) {
        this.room.moderatedBy(backEnd).setGrants(participant, { roomAdmin });
      }
      const newValue = property === 'role' ? connection.role : String(connection.isRecorded);
      this.#context.tellMembers([connection], { method: 'connectionPropertyChanged', params: { property, newValue } });
    }
  }

  /** The back end ends a connection: an active one is evicted, and the token of a pending one is void. */
  forceDisconnect(connection: OvConnection): void {
    const { participant } = connection;
    if (!participant) {
      this.#drop(connection);
      return;
    }
    connection.leaves = 'forceDisconnectByServer';
    this.room.moderatedBy(backEnd).evict(participant);
  }

  /** The back end ends a stream. @throws RoomError `not-publishing`, `not-supported` */
  forceUnpublish(connection: OvConnection): void {
    const { participant } = connection;
    if (!participant) return;
    connection.unpublishes = 'forceUnpublishByServer';
    this.room.moderatedBy(backEnd).unpublish(participant, participant.publication?.id);
  }

  /**
   * The back end sends a signal. Chat to everybody goes to strangers too, as a text of the server.
   * @param to empty: to everybody. @throws OvError `nobody-connected`, `receiver-unknown`: nobody is told then
   */
  signal({ to = [], type: given, data }: Signal): void {
    const { active } = this;
    if (active.length === 0) throw new OvError('nobody-connected', `Nobody is connected to session ${this.id}`);
    const type = given === undefined || given.startsWith(signalPrefix) ? given : `${signalPrefix}${given}`;
    const text = type === signalPrefix + this.#context.chatType ? textOfChat(data ?? '') : undefined;
    const isTold = (each: OvConnection): boolean => !each.isStranger || text !== undefined;
    const named = [...new Set(to)].map((id) => active.find((each) => each.id === id));
    const canBeTold = (each: OvConnection | undefined): each is OvConnection =>
      each !== undefined &&
      isTold(each) &&
      (!each.isStranger || each.participant?.attributes.hearsPrivateTexts === true);
    if (!named.every(canBeTold)) {
      throw new OvError('receiver-unknown', 'A receiver is not connected, or cannot be reached by such a signal');
    }
    const receivers = to.length === 0 ? active.filter(isTold) : named;
    const members = receivers.filter((each) => !each.isStranger);
    const strangers = receivers.flatMap((each) => (each.isStranger ? (each.participant ?? []) : []));
    const params = { ...(data !== undefined && { data }), ...(type !== undefined && { type }) };
    this.#context.tellMembers(members, { method: 'sendMessage', params });
    if (text !== undefined && strangers.length > 0 && this.room.takesText(text)) {
      this.room.moderatedBy(backEnd).announce(text, strangers);
    }
    this.tell({
      ...{ event: 'signalSent', from: null, to: receivers.map(({ id }) => id) },
      ...{ type: type?.slice(signalPrefix.length) ?? '', data: data ?? '' },
    });
  }

  /** Tells members what no event of the room says. */
  tellMembers: TellMembers = (to, notice) => {
    this.#context.tellMembers(to, notice);
  };

  /** Nothing is recorded of it any more, and its room is kept open for that no longer. */
  recordingEnded(): void {
    this.#kept.keepsOpen = false;
    if (!this.room.closed && this.isOver) this.#context.over(this);
  }

  /** A fact of this session. */
  tell(fact: OwnFact): void {
    this.#context.tell(this, fact);
  }

  /** Somebody is in the room. */
  joined(participant: Participant): void {
    const connection = this.connectionOf(participant);
    if (!connection) return;
    if (!this.isActive && !connection.isStranger) {
      this.#change({ isActive: true });
      // From now on it ends with the last one who leaves.
      this.#kept.keepsOpen = this.isRecorded;
      this.tell({ event: 'sessionCreated' });
    }
    if (this.isActive) this.tell({ event: 'participantJoined', ...personOf(connection) });
  }

  published(publisher: Participant): void {
    const connection = this.connectionOf(publisher);
    const stream = connection?.stream;
    if (!connection || !stream || !this.isActive) return;
    this.tell({ event: 'webrtcConnectionCreated', ...mediaOf(connection, stream), connection: 'OUTBOUND' });
  }

  unpublished(publisher: Participant, end: Parameters<typeof unpublishReason>[0]): void {
    const connection = this.connectionOf(publisher);
    if (!connection) return;
    this.#endStream(connection, connection.unpublishes ?? unpublishReason(end, !connection.isStranger));
    connection.unpublishes = undefined;
  }

  /** Somebody is not in the room any more. */
  left(participant: Participant, reason: keyof typeof leaveReasons): void {
    const connection = this.#bySlot.get(participant.slot);
    if (connection) this.#end(connection, connection.leaves ?? leaveReasons[reason]);
  }

  /** The room has closed with everybody in it. */
  ended(reason: EndReason): void {
    for (const connection of this.#bySlot.values()) this.#end(connection, reason);
    this.#context.ending(this, reason);
    if (!this.isActive) return;
    this.tell({ event: 'sessionDestroyed', ...this.#since(this.createdAt), reason });
  }

  /**
   * Whether the last participant has left, of whatever protocol: its room may stay, if others keep it open. While it is recorded it goes on.
   */
  get isOver(): boolean {
    return this.isActive && this.room.size === 0 && this.recording === undefined;
  }

  /** It is not there any more. The room goes on without it, if anybody is there or wants it. */
  dissolve(): void {
    for (const [key] of [...this.#kept.entries()]) this.#kept.delete(key);
    this.#members.clear();
    this.#strangers.clear();
    this.#bySlot.clear();
    this.#pendingByToken.clear();
    this.#kept.keepsOpen = false;
  }

  /** What another process has kept of its connections. */
  #restore(): void {
    const present = new Map([...this.room.everybody].map((participant) => [participant.slot, participant]));
    for (const [key, value] of [...this.#kept.entries()]) {
      const member = key.startsWith(keys.member('')) ? memberRecord.safeParse(value).data : undefined;
      const stranger = key.startsWith('x:') ? strangerRecord.safeParse(value).data : undefined;
      const slot = stranger?.slot ?? member?.activity?.slot;
      const record = (member && { member }) ?? (stranger && { stranger });
      if (!record) continue;
      if (slot !== undefined && !present.has(slot)) this.#kept.delete(key);
      else
        this.#add(new OvConnection(record, this.#forConnections, slot === undefined ? undefined : present.get(slot)));
    }
  }

  /** Called once all of the room is there again: those whose participant is not are dropped in silence. */
  goOn(): void {
    // What another process recorded has ended with it.
    this.#kept.keepsOpen = !this.isActive;
    for (const connection of [...this.#bySlot.values()]) {
      const { participant } = connection;
      if (!participant) this.#drop(connection);
      else if (!connection.isStranger) this.#goOnReceiving(connection, participant);
    }
  }

  #goOnReceiving(connection: OvConnection, { subscriptions }: Participant): void {
    for (const { publication } of subscriptions) {
      const from = this.connectionOf(publication.publisher);
      const stream = from?.stream;
      if (!from || !stream) continue;
      connection.goOnReceiving({ from, stream, createdAt: Math.max(stream.createdAt, connection.activeAt ?? 0) });
    }
  }

  #add(connection: OvConnection): void {
    const { id, token, isPending, slot } = connection;
    (connection.isStranger ? this.#strangers : this.#members).set(id, connection);
    if (slot !== undefined) this.#bySlot.set(slot, connection);
    if (isPending && token !== undefined) this.#pendingByToken.set(token, connection);
  }

  #addNew(connection: OvConnection): OvConnection {
    // First what can fail.
    this.#keep(connection);
    this.#add(connection);
    return connection;
  }

  /** Something of it has changed that is kept. */
  #changed(connection: OvConnection): void {
    this.#keep(connection);
    const { token, isPending, slot } = connection;
    if (!isPending && token !== undefined) this.#pendingByToken.delete(token);
    if (slot !== undefined) this.#bySlot.set(slot, connection);
  }

  /** @throws RoomError as `KeptValues.set` */
  #keep(connection: OvConnection): void {
    if (!this.room.closed) this.#kept.set(this.#keyOf(connection), connection.kept);
  }

  #keyOf({ isStranger, id, slot }: OvConnection): string {
    return isStranger ? keys.stranger(slot ?? 0) : keys.member(id);
  }

  #change(changes: Partial<SessionRecord>): void {
    this.#record = { ...this.#record, ...changes };
    this.#kept.set(keys.session, this.#record);
  }

  /** Media first, then the connection itself. */
  #end(connection: OvConnection, reason: EndReason): void {
    this.#endStream(connection, reason);
    for (const { from } of [...connection.receptions]) connection.unsubscribed(from, reason);
    const { activeAt } = connection;
    if (this.isActive && activeAt !== undefined) {
      this.tell({ event: 'participantLeft', ...personOf(connection), ...this.#since(activeAt), reason });
    }
    this.#drop(connection);
  }

  #endStream(connection: OvConnection, reason: EndReason): void {
    const stream = connection.streamBefore;
    if (!stream) return;
    for (const each of this.#members.values()) each.unsubscribed(connection, reason);
    connection.streamEnded();
    if (!this.isActive) return;
    const media = { ...mediaOf(connection, stream), connection: 'OUTBOUND' as const };
    this.tell({ event: 'webrtcConnectionDestroyed', ...media, ...this.#since(stream.createdAt), reason });
  }

  #received(connection: OvConnection, { stream, from, createdAt }: Reception, end: EndReason | undefined): void {
    const media = { ...mediaOf(connection, stream), connection: 'INBOUND' as const, receivingFrom: from.id };
    if (end === undefined) this.tell({ event: 'webrtcConnectionCreated', ...media });
    else this.tell({ event: 'webrtcConnectionDestroyed', ...media, ...this.#since(createdAt), reason: end });
  }

  #drop(connection: OvConnection): void {
    const { id, token, slot } = connection;
    this.#members.delete(id);
    this.#strangers.delete(id);
    if (slot !== undefined) this.#bySlot.delete(slot);
    if (token !== undefined) this.#pendingByToken.delete(token);
    if (!this.room.closed) this.#kept.delete(this.#keyOf(connection));
  }

  #since(startTime: number): { readonly startTime: number; readonly duration: number } {
    return { startTime, duration: Math.round((this.#context.now() - startTime) / 1000) };
  }

  #newConnectionId(): string {
    for (;;) {
      const id = newConnectionId();
      if (!this.#members.has(id) && !this.#strangers.has(id) && !this.room.findAny(id)) return id;
    }
  }
}

/** The value of the parameter `token` of an address; else the text itself. */
function tokenIn(text: string): string {
  const [, query] = text.split('?');
  return query === undefined ? text : (new URLSearchParams(query).get('token') ?? '');
}

function personOf(connection: OvConnection) {
  const { id, clientData, serverData, activity, participant } = connection;
  return {
    ...{ connectionId: id, participantId: id, location: unknownPlace, clientData, serverData },
    ip: activity?.ip ?? '',
    platform: activity?.platform ?? participant?.attributes.dialect ?? '',
  };
}

function mediaOf({ id }: OvConnection, stream: OvStream) {
  const { hasAudio, hasVideo, typeOfVideo, frameRate, videoDimensions } = stream;
  return {
    ...{ streamId: stream.id, connectionId: id, participantId: id, audioEnabled: hasAudio, videoEnabled: hasVideo },
    ...(hasVideo && { videoSource: typeOfVideo, videoFramerate: frameRate, videoDimensions }),
  };
}
