import type { Participant, Room } from '../../../rooms/index.js';
import type {
  Activity,
  ConnectionChanges,
  KurentoOptions,
  MemberRecord,
  OvRole,
  StrangerRecord,
} from './connection-properties.js';
import { toldIceServer } from './ice-servers.js';
import type { ToldIceServer } from './ice-servers.js';
import { newStreamId } from './ids.js';
import type { EndReason } from './reasons.js';
import type { MediaOptions, OvStream, StreamChanges } from './stream.js';

/** Between the client's own metadata and the server data. */
const separator = '%/%';

/** What a connection has of its session. */
export interface ConnectionContext {
  readonly room: Room;
  readonly now: () => number;
  /** Something of it has changed that is kept. */
  readonly changed: (connection: OvConnection) => void;
  /** It receives a stream from now on, or not any more. */
  readonly received: (connection: OvConnection, reception: Reception, end?: EndReason) => void;
}

/** A stream that a member receives. */
export interface Reception {
  readonly stream: OvStream;
  /** Whose it is. */
  readonly from: OvConnection;
  /** In ms since 1970. */
  readonly createdAt: number;
}

/**
 * A connection of a session: a member, which the back end has made and a page takes by its token; or a stranger, a participant of another
 * protocol in the same room.
 */
export class OvConnection {
  readonly #context: ConnectionContext;
  /** Of a member. */
  readonly #receptions = new Map<string, Reception>();
  #member: MemberRecord | undefined;
  #stranger: StrangerRecord | undefined;
  #participant: Participant | undefined;
  #leaves: EndReason | undefined;
  #unpublishes: EndReason | undefined;

  /** @param participant of a stranger, which has one from the beginning */
  constructor(
    record: { readonly member: MemberRecord } | { readonly stranger: StrangerRecord },
    context: ConnectionContext,
    participant?: Participant,
  ) {
    this.#context = context;
    if ('member' in record) this.#member = record.member;
    else this.#stranger = record.stranger;
    this.#participant = participant;
  }

  /** As it is kept. */
  get kept(): MemberRecord | StrangerRecord {
    return this.#any;
  }

  get id(): string {
    return this.#any.id;
  }

  /** In ms since 1970. Does not change when it becomes active. */
  get createdAt(): number {
    return this.#any.createdAt;
  }

  get isStranger(): boolean {
    return this.#stranger !== undefined;
  }

  get isPending(): boolean {
    return this.#member !== undefined && this.#member.activity === undefined;
  }

  /** `tok_…`. Undefined: a stranger, which has none. */
  get token(): string | undefined {
    return this.#member?.token;
  }

  /** To be looked up at each request. */
  get role(): OvRole {
    return this.#member?.role ?? 'PUBLISHER';
  }

  /** Whether its streams are in recordings of individual streams. */
  get isRecorded(): boolean {
    return this.#member?.record ?? true;
  }

  get serverData(): string {
    return this.#member?.serverData ?? '';
  }

  /** What its page has sent; of a stranger the JSON that tutorial pages expect. */
  get clientData(): string {
    if (this.#member) return this.#member.activity?.clientMetadata ?? '';
    const { profile, name = '' } = this.participant ?? {};
    return JSON.stringify({ clientData: profile === undefined || profile.name === '' ? name : profile.name });
  }

  /** What others read. */
  get metadata(): string {
    return [this.clientData, this.serverData].filter((part) => part !== '').join(separator);
  }

  get kurentoOptions(): KurentoOptions | undefined {
    return this.#member?.kurentoOptions;
  }

  /** Its own ICE servers, with credentials that are valid now. Empty: it has none of its own. */
  get customIceServers(): readonly ToldIceServer[] {
    return (this.#member?.customIceServers ?? []).map((server) => toldIceServer(server, this.#context.now()));
  }

  /** Undefined while pending, and of strangers. */
  get activity(): Readonly<Activity> | undefined {
    return this.#member?.activity;
  }

  /** When its participant joined, in ms since 1970. Undefined while pending. */
  get activeAt(): number | undefined {
    return this.#member ? this.#member.activity?.activeAt : this.createdAt;
  }

  /** Of its participant. Undefined while pending. */
  get slot(): number | undefined {
    return this.#member ? this.#member.activity?.slot : this.#stranger?.slot;
  }

  /** In the room. Undefined while pending, and where it has gone. */
  get participant(): Participant | undefined {
    const { slot } = this;
    if (slot === undefined) return undefined;
    // After another process of the server.
    this.#participant ??= [...this.#context.room.everybody].find((each) => each.slot === slot);
    return this.#participant;
  }

  /**
   * A page has joined with its token, which is used up. Called while its participant enters the room.
   * @throws RoomError `invalid-text`, `too-many` for more metadata than a room keeps
   */
  activate({ participant, ...rest }: Omit<Activity, 'slot'> & { readonly participant: Participant }): void {
    if (!this.isPending) throw new Error(`${this.id} is active already`);
    this.#participant = participant;
    this.#changeMember({ activity: { ...rest, slot: participant.slot } });
  }

  /** @returns what is another one now */
  change({ role = this.role, record = this.isRecorded }: ConnectionChanges): readonly ('role' | 'record')[] {
    const changed: ('role' | 'record')[] = [];
    if (role !== this.role) changed.push('role');
    if (record !== this.isRecorded) changed.push('record');
    if (changed.length > 0) this.#changeMember({ role, record });
    return changed;
  }

  /** The stream that it publishes. A stranger's is the one that protocols of one stream show. */
  get stream(): OvStream | undefined {
    return this.#stranger ? this.#strangersStream(this.#stranger) : this.#member?.stream;
  }

  /** The stream that it published last, although the room may have ended it. */
  get streamBefore(): OvStream | undefined {
    return this.#any.stream;
  }

  /** A member publishes: called once its answer is there, and before the others are told. It ends with the publication in the room. */
  publish(options: MediaOptions): OvStream {
    const stream = {
      ...options,
      id: newStreamId(options.hasVideo ? (options.typeOfVideo ?? 'CAMERA') : undefined, this.id),
      createdAt: this.#context.now(),
    };
    this.#unpublishes = undefined;
    this.#changeMember({ stream });
    return stream;
  }

  /** What is absent stays as it is. @returns the stream as it is now; undefined where it publishes none */
  changeStream(changes: StreamChanges): OvStream | undefined {
    const { stream } = this.#member ?? {};
    if (!stream) return undefined;
    this.#changeMember({ stream: { ...stream, ...changes } });
    return this.stream;
  }

  /** Its stream is no more. */
  streamEnded(): void {
    if (this.#member?.stream) this.#changeMember({ stream: undefined });
    if (this.#stranger?.stream) {
      this.#stranger = { ...this.#stranger, stream: undefined };
      this.#context.changed(this);
    }
  }

  /** What it receives. Of a stranger nothing is known. */
  get receptions(): Iterable<Reception> {
    return this.#receptions.values();
  }

  /** A member receives the stream of somebody from now on: called with the answer. Ends with the stream, or `unsubscribed`. */
  subscribed(from: OvConnection): void {
    const { stream } = from;
    if (!stream) return;
    this.unsubscribed(from);
    const reception = { stream, from, createdAt: this.#context.now() };
    this.#receptions.set(from.id, reception);
    this.#context.received(this, reception);
  }

  unsubscribed(from: OvConnection, end: EndReason = 'unsubscribe'): void {
    const reception = this.#receptions.get(from.id);
    if (!reception || !this.#receptions.delete(from.id)) return;
    this.#context.received(this, reception, end);
  }

  /** After another process of the server: what it received there. Nobody is told. */
  goOnReceiving(reception: Reception): void {
    this.#receptions.set(reception.from.id, reception);
  }

  /** Says why it is about to leave the room, for all who are told of it. Undefined: nobody has said so. */
  get leaves(): EndReason | undefined {
    return this.#leaves;
  }

  set leaves(reason: EndReason | undefined) {
    this.#leaves = reason;
  }

  /** The same of its stream. */
  get unpublishes(): EndReason | undefined {
    return this.#unpublishes;
  }

  set unpublishes(reason: EndReason | undefined) {
    this.#unpublishes = reason;
  }

  get #any(): MemberRecord | StrangerRecord {
    const record = this.#member ?? this.#stranger;
    if (!record) throw new Error('A connection is a member or a stranger');
    return record;
  }

  /** Another one with each publication: nobody says so when it is another one. */
  #strangersStream(stranger: StrangerRecord): OvStream | undefined {
    const publication = this.participant?.publication;
    if (publication?.openedAt === undefined) return undefined;
    if (stranger.stream?.createdAt === publication.openedAt) return stranger.stream;
    const { kinds } = publication;
    const hasVideo = kinds.includes('video');
    const stream: OvStream = {
      id: newStreamId(hasVideo ? 'CAMERA' : undefined, this.id),
      createdAt: publication.openedAt,
      hasAudio: kinds.includes('audio'),
      hasVideo,
      ...{ audioActive: true, videoActive: true, frameRate: -1 },
      ...(hasVideo && { typeOfVideo: 'CAMERA' as const }),
    };
    this.#stranger = { ...stranger, stream };
    this.#context.changed(this);
    return stream;
  }

  #changeMember(changes: Partial<MemberRecord>): void {
    const former = this.#member;
    if (!former) throw new Error(`${this.id} is no member`);
    this.#member = { ...former, ...changes };
    try {
      this.#context.changed(this);
    } catch (error) {
      // More than a room keeps.
      this.#member = former;
      throw error;
    }
  }
}
