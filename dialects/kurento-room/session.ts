import type { Access, IceServers } from '../../access/index.js';
import type { SessionClient } from '../../cluster/port.js';
import type { TriedCandidates } from '../../media/port.js';
import { RoomError } from '../../rooms/index.js';
import type {
  Bearer,
  ClientFacts,
  Enter,
  Knocker,
  Participant,
  Passwords,
  Returned,
  RoomEvent,
  Rooms,
} from '../../rooms/index.js';
import { textFrame } from '../../transport/frame.js';
import type { Frame } from '../../transport/frame.js';
import { keepPayer } from '../../transport/gate/account.js';
import { pairsInShort, pairsOf } from '../candidate-pairs.js';
import type { RoomNames } from '../room-names.js';
import type { SessionContext, SessionLimits as LayerLimits } from '../session-layer/layer.js';
import type { Request } from '../session-layer/read-request.js';
import type { RpcServer } from '../session-layer/rpc-server.js';
import { Session } from '../session-layer/session.js';
import type { CallingSession, JoinWish, SessionCall } from './call.js';
import type { CustomRequest } from './custom-request.js';
import { passing } from './event-frame.js';
import { featuresNamed, has, namesOf, noFeatures } from './features.js';
import type { Features } from './features.js';
import { Knocks } from './knocks.js';
import { dialectName, newcomerOf } from './newcomer.js';
import { notificationText } from '../session-layer/notification-text.js';
import { admitted, denied, participantUnpublished } from './notifications.js';
import type { RoomProtocolSettings } from './options.js';
import { newResumeToken } from './resume-token.js';
import type { SessionRecord } from './session-record.js';
import { makePlaceFor } from './take-over.js';
import type { NameHolder } from './take-over.js';

export type SessionLimits = LayerLimits & Pick<RoomProtocolSettings, 'takeOverDetachedNames' | 'emptyStreams'>;

/** How long a candidate of a media server may wait for others where the client is at another node: they come several at a time. */
const candidateWithinMs = 10;

export interface RoomSessionContext extends SessionContext {
  readonly rooms: Rooms;
  readonly access: Access;
  readonly passwords: Pick<Passwords, 'hash'>;
  readonly names: RoomNames;
  /** Encodes an event once for all that are told the same of it one after the other. */
  readonly encode: (event: RoomEvent, features: Features) => readonly Frame[];
  readonly limits: SessionLimits;
  readonly customRequest: CustomRequest;
  readonly ice: IceServers;
  readonly sessionRequests: RpcServer<SessionCall>;
}

/** One client of the room protocol: how it comes into a room, and what it is told there. */
export class RoomSession extends Session implements CallingSession, NameHolder {
  readonly dialect = dialectName;
  readonly #context: RoomSessionContext;
  #dataChannels = false;
  #features = noFeatures;
  #resumeToken: string | undefined;
  /** Made when the client may first knock at a room. */
  #knocks: Knocks | undefined;

  constructor(
    connection: SessionClient | undefined,
    context: RoomSessionContext,
    token: string | undefined,
    id?: string,
  ) {
    super(connection, context, token, id);
    this.#context = context;
  }

  /** Goes on with the session of another process, whose client has the grace time to come back. */
  static goingOn(record: SessionRecord, participant: Participant, context: RoomSessionContext): RoomSession {
    const session = new RoomSession(undefined, context, record.token);
    session.#features = featuresNamed(record.features);
    session.#dataChannels = record.dataChannels;
    session.#resumeToken = record.resumeToken;
    return session.restore(record, participant);
  }

  /** What another process needs to go on. */
  override get record(): SessionRecord {
    return {
      ...super.record,
      ...{ features: namesOf(this.#features), dataChannels: this.#dataChannels, resumeToken: this.#resumeToken },
    };
  }

  /** For the operator. */
  override get facts(): ClientFacts {
    return { ...super.facts, features: namesOf(this.#features) };
  }

  /** How the participant of a restored session is told and served. */
  get returned(): Returned {
    const { participant } = this;
    return {
      outbox: this.#tell,
      ...this.known,
      publishing: (stream) => this.publicationOptions(participant, stream),
      subscribing: (publisher, stream) => ({ connectionFailed: this.failureListener(`${publisher.name}_${stream}`) }),
    };
  }

  get isWaiting(): boolean {
    return this.#knocks?.isWaiting === true;
  }

  /** Whether the client counts what it is told (feature `resume`). */
  get counts(): boolean {
    return has(this.#features, 'resume');
  }

  get features(): Features {
    return this.#features;
  }

  get resumeToken(): string | undefined {
    return this.#resumeToken;
  }

  get dataChannels(): boolean {
    return this.#dataChannels;
  }

  get participant(): Participant {
    const { present } = this;
    if (!present) throw new RoomError('participant-not-found', 'You are in no room: joinRoom comes first');
    return present;
  }

  // Not async, as `#join`: a promise that settles as another one does costs several turns of the microtask queue.
  join(wish: JoinWish, entered: (participant: Participant) => void): Promise<Participant> {
    const { token, user } = wish;
    const { present } = this;
    if (present) {
      throw new RoomError('participant-exists', `You are already in room "${present.room.name}" as "${present.name}"`);
    }
    const { access } = this.#context;
    const found = access.identify({ door: dialectName, address: this.address, token, name: user });
    if (!(found instanceof Promise)) return this.#join(wish, found, entered);
    const goOn = keepPayer();
    return found.then((bearer) => goOn(() => this.#join(wish, bearer, entered)));
  }

  publicationOptions(participant: Participant, stream: string): ReturnType<CallingSession['publicationOptions']> {
    return {
      taken: () => {
        this.#publicationTaken(participant, stream);
      },
      connectionFailed: this.failureListener(`${participant.name}_${stream}`),
    };
  }

  mediaFailed(fields: object): void {
    this.#context.log.warn('a media connection failed', { ...this.fields, ...fields });
  }

  failureListener(sender: string): ((tried: TriedCandidates) => void) | undefined {
    if (has(this.#features, 'reports')) return undefined;
    return (tried) => {
      this.mediaFailed({ sender, pairs: pairsInShort(pairsOf(tried)) });
    };
  }

  leave(namesSession: boolean): void {
    this.participant.leave();
    this.left(true);
    if (!namesSession) this.closeUnlessUsed('Left the room', true);
    this.over();
  }

  protected override serve(request: Request, reply: (text: string | undefined) => void): Promise<void> {
    const { sessionRequests, customRequest, ice, passwords, sessions, limits } = this.#context;
    const { emptyStreams } = limits;
    const call = { session: this, sessions, customRequest, ice, passwords, emptyStreams, afterwards: undefined };
    return sessionRequests.execute(request, call, reply);
  }

  protected override ending(): void {
    this.#knocks?.gone();
  }

  /** @throws RoomError `not-allowed`, ProtocolError; rejects as `Rooms.join` */
  #join(wish: JoinWish, bearer: Bearer, entered: (participant: Participant) => void): Promise<Participant> {
    const { dataChannels, features, resumeToken } = wish;
    const { rooms, names, limits } = this.#context;
    const known = { ...this.known, region: this.region };
    const newcomer = newcomerOf(wish, bearer, known, (_present, holder) => {
      if (holder instanceof RoomSession) makePlaceFor(resumeToken, limits.takeOverDetachedNames, holder);
    });
    const enter: Enter = (participant) => {
      if (this.ended) return undefined;
      this.#dataChannels = dataChannels;
      this.#features = features;
      this.#resumeToken = resumeToken === undefined ? undefined : newResumeToken();
      this.outlet.count(this.counts);
      this.entered(participant);
      entered(participant);
      return this.#tell;
    };
    const room = names.keyOf(wish.room);
    if (!has(features, 'moderation')) return rooms.join(room, newcomer, enter);
    this.#knocks ??= new Knocks(this.#told);
    return this.#knocks.during((knocker) => rooms.join(room, { ...newcomer, knocker }, enter));
  }

  /** A moderator has ended what the participant publishes: the client is told, if it wants to know of moderators. */
  #publicationTaken({ name }: Participant, stream: string): void {
    // A client of 2016 takes the name for that of somebody else.
    if (!has(this.#features, 'moderation')) return;
    this.outlet.tell(
      textFrame(
        notificationText(participantUnpublished, {
          name,
          ...(has(this.#features, 'streams') && { streams: [{ id: stream }] }),
        }),
      ),
    );
  }

  /** What became of a knock. */
  readonly #told: Knocker['told'] = (outcome) => {
    const text = outcome.admitted
      ? notificationText(admitted, {})
      : notificationText(denied, { reason: outcome.reason });
    this.outlet.tell(textFrame(text));
  };

  readonly #tell = (event: RoomEvent): void => {
    const withinMs = event.type === 'candidateFound' ? candidateWithinMs : undefined;
    for (const frame of this.#context.encode(event, this.#features)) {
      if (passing.has(event.type)) this.outlet.pass(frame);
      else this.outlet.tell(frame, withinMs);
    }
    if (event.type === 'participantEvicted') this.#evicted();
    else if (event.type === 'roomClosed') this.#roomClosed();
    else if (event.type === 'participantRenamed') this.#endReceiving(event.participant);
  };

  /** Others may have begun or ceased to speak meanwhile. */
  protected override cameBack(): void {
    const { room } = this.present ?? {};
    if (room) this.#tell(room.speaking);
  }

  /** The client may go on with its connection, as after leaveRoom, but not with the session (docs/access.md#the-room-protocol). */
  #evicted(): void {
    this.#resumeToken = undefined;
    this.evicted();
  }

  #roomClosed(): void {
    this.closeUnlessUsed('The room is closed', false);
    this.over();
  }

  /** The client believes that the participant left. In a microtask, because an outbox must not call back into the room. */
  #endReceiving(publisher: Participant): void {
    queueMicrotask(() => {
      this.present?.unsubscribe(publisher);
    });
  }
}
