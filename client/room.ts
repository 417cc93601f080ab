import { Emitter } from './emitter.js';
import { ClientError, asClientError } from './errors.js';
import type { RequestResult } from '../dialects/kurento-room/types.js';
import type { Notification } from './frames.js';
import { LocalPublication, type PublishOptions } from './local-publication.js';
import { MediaConnections } from './media-connections.js';
import { Participant } from './participant.js';
import type { Publication } from './publication.js';
import { BackOff } from './back-off.js';
import { ResumeToken } from './resume-token.js';
import { Session, type SessionOptions } from './session.js';

export interface RoomOptions extends SessionOptions {
  /** Address of the server's WebSocket, as `wss://host/room`. */
  readonly url: string;
  readonly room: string;
  readonly user: string;
  /** Receive each publication as it comes. Default: true. */
  readonly autoSubscribe?: boolean;
  readonly iceServers?: readonly RTCIceServer[];
  /** What we publish may have data channels. Default: false. */
  readonly dataChannels?: boolean;
}

export interface ChatMessage {
  /** User name of the sender. Our own messages come back too. */
  readonly from: string;
  readonly text: string;
}

export type EndReason = 'left' | 'evicted' | 'room-closed' | 'disconnected';

interface RoomEvents extends Record<string, readonly unknown[]> {
  /** A participant joined after us. Those that were there before are in `participants` when `join` resolves. */
  participantJoined: [Participant];
  participantLeft: [Participant];
  message: [ChatMessage];
  /**
   * Something went wrong with media, and the room goes on. Has the participant that it concerns, where that is known. Without a
   * participant the media server reports it, and lost publications and subscriptions come back by themselves.
   */
  mediaError: [ClientError, string | undefined];
  /** The connection to the server is lost, and the library tries to get it back. Audio and video go on meanwhile. */
  reconnecting: [ClientError];
  /** The connection is back. Has `false` when the server had forgotten us and we joined anew: media then comes back by itself. */
  reconnected: [boolean];
  /** A custom request of a participant changed the room. Has what the server told. */
  customNotification: [Readonly<Record<string, unknown>>];
  /** We are not in the room any more, for this reason. Last event, once. */
  closed: [EndReason];
}

/** A server that stops closes all rooms and then, within this time, the connection; it may be started again. */
const stoppingWithinMs = 400;
/** How long `leave` waits for the server's answer. */
const leaveTimeoutMs = 2000;
/** For so long, by default, a server keeps the name of a client whose connection was lost, in ms. */
const nameHeldMs = 20_000;

/** One membership of one room. Once closed it cannot be used again: make a new one to join again. */
export class Room extends Emitter<RoomEvents> {
  readonly name: string;
  readonly user: string;
  readonly #options: RoomOptions;
  readonly #resumeToken: ResumeToken;
  readonly #participants = new Map<string, Participant>();
  #state: 'new' | 'joining' | 'joined' | 'closed' = 'new';
  #connections: MediaConnections | undefined;
  #localPublication: LocalPublication | undefined;
  #closing: ReturnType<typeof setTimeout> | undefined;
  /** The server said that the room is closed. */
  #roomClosed = false;
  /** Counts the times the server had forgotten us. */
  #renewals = 0;

  constructor(options: RoomOptions) {
    super();
    this.#options = options;
    // The server takes user names in this form only (docs/decisions/0023-names-and-texts.md).
    this.name = options.room.normalize();
    this.user = options.user.normalize();
    this.#resumeToken = new ResumeToken(options.url, this.name, this.user);
  }

  /** A method: it may change during any `await`, which the compiler does not see of a field. */
  #hasLeft(): boolean {
    return this.#state === 'closed';
  }

  get joined(): boolean {
    return this.#state === 'joined';
  }

  /** The others, by user name. */
  get participants(): ReadonlyMap<string, Participant> {
    return this.#participants;
  }

  get localPublication(): LocalPublication | undefined {
    return this.#localPublication?.closed ? undefined : this.#localPublication;
  }

  /** Rejects with `unreachable`, `timeout`, `name-taken`, `room-closed`, `room-refused`, `disconnected` or `refused`. */
  async join(): Promise<void> {
    if (this.#state !== 'new') throw new ClientError('closed', 'A room is joined once; make a new one.');
    this.#state = 'joining';
    const session = await this.#open();
    if (this.#hasLeft()) {
      session.close();
      throw new ClientError('closed', 'You left before you were in.');
    }
    const iceServers = [...(this.#options.iceServers ?? [])];
    const connections = new MediaConnections(session, { iceServers, bundlePolicy: 'max-bundle' });
    this.#connections = connections;
    session.on('notification', (notification) => {
      this.#receive(notification, connections);
    });
    session.on('interrupted', (error) => {
      // Most likely the server is stopping and will be back, and this room alone was not closed.
      clearTimeout(this.#closing);
      this.emit('reconnecting', error);
    });
    session.on('resumed', () => {
      // The server was not stopping.
      if (this.#roomClosed) this.#endAndClose('room-closed');
      else this.emit('reconnected', true);
    });
    session.on('renewed', () => {
      this.#roomClosed = false;
      void this.#rejoin(connections);
    });
    session.on('lost', () => {
      this.#end('disconnected');
    });
    try {
      const { value } = await this.#ask(session);
      if (this.#hasLeft()) throw new ClientError('closed', 'You left before you were in.');
      this.#state = 'joined';
      for (const { id, streams } of value) this.#add(id, connections, streams);
    } catch (error) {
      this.#state = 'closed';
      session.close();
      throw error;
    }
  }

  /**
   * Offers the tracks of `stream` to the room. Rejects with `refused` when we publish already, `not-in-room`, `media-refused`,
   * `media-failed`, `timeout` or `disconnected`; publishing can be tried again after each of them but the last.
   */
  async publish(stream: MediaStream, options: PublishOptions = {}): Promise<LocalPublication> {
    const connections = this.#requireJoined();
    if (this.localPublication) throw new ClientError('refused', 'There is a publication already; close it first.');
    const publication = new LocalPublication(this.user, stream, connections, options);
    this.#localPublication = publication;
    try {
      await publication.open();
    } catch (error) {
      void publication.close();
      throw error;
    }
    return publication;
  }

  /** Rejects with `not-in-room`, `timeout` or `disconnected`. The message comes back as an event, in the room's order. */
  async chat(text: string): Promise<void> {
    const { session } = this.#requireJoined();
    await session.request('sendMessage', { message: text, userMessage: this.user, roomMessage: this.name });
  }

  /**
   * A request of this server's own, such as `{ hat: true }` (docs/protocols/kurento-room.md#39-customrequest). Rejects
   * with the server's refusal, or as `chat`.
   */
  async customRequest(params: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
    return this.#requireJoined().session.requestUnknown('customRequest', params);
  }

  /** Sends any request, for methods that this library does not have. Rejects with the server's refusal, or as `chat`. */
  async request(method: string, params: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
    return this.#requireJoined().session.requestUnknown(method, params);
  }

  /** Members added to the params of every later request. */
  setRpcParams(params: Readonly<Record<string, unknown>>): void {
    this.#connections?.session.setRpcParams(params);
  }

  /** For tests: the connection to the server breaks as if the network had lost it. */
  dropConnection(): void {
    this.#connections?.session.drop();
  }

  /** Leaves and closes everything. Never rejects; may be called twice. The request goes out before the first wait. */
  async leave(): Promise<void> {
    const session = this.#connections?.session;
    // The server handles one request after the other: a client that is joining leaves right after.
    const answered = this.#hasLeft() ? undefined : session?.request('leaveRoom', {}, leaveTimeoutMs);
    this.#end('left');
    // We have left also without an answer.
    await answered?.catch(() => undefined);
    session?.close();
  }

  async #open(): Promise<Session> {
    try {
      return await Session.open(this.#options.url, this.#options);
    } catch (error) {
      this.#state = 'closed';
      throw error;
    }
  }

  async #ask(session: Session): Promise<RequestResult<'joinRoom'>> {
    const { dataChannels } = this.#options;
    const answer = await session.request('joinRoom', {
      ...{ user: this.user, room: this.name, resumeToken: this.#resumeToken.get() },
      ...(dataChannels && { dataChannels }),
    });
    // Other servers of this protocol give none.
    if (typeof answer.resumeToken === 'string') this.#resumeToken.keep(answer.resumeToken);
    return answer;
  }

  /** The server has forgotten us: joins as if for the first time, and starts again what we had. */
  async #rejoin(connections: MediaConnections): Promise<void> {
    const { clock } = connections.session;
    const backOff = new BackOff(clock);
    const until = clock.now() + nameHeldMs;
    const renewal = ++this.#renewals;
    // The connection was lost once more: the session begins anew, and this does too.
    const isStale = (): boolean => !this.joined || renewal !== this.#renewals;
    for (;;) {
      try {
        const { value } = await this.#ask(connections.session);
        if (isStale()) return;
        this.#reconcile(value, connections);
        this.#localPublication?.mediaLost(new ClientError('disconnected', 'The server has started anew.'));
        this.emit('reconnected', false);
        return;
      } catch (thrown) {
        if (isStale() || !connections.session.connected) return;
        const { advice, code } = asClientError(thrown, 'server-error');
        // The server may keep the name for us: the connection was lost before the answer came.
        const isHeld = code === 'name-taken' && clock.now() < until;
        if (advice !== 'retry' && !isHeld) {
          this.#endAndClose('disconnected');
          return;
        }
        await backOff.wait();
        if (isStale()) return;
      }
    }
  }

  /** Takes over who is in the room now and what each participant publishes. Nothing that we received before is left. */
  #reconcile(present: RequestResult<'joinRoom'>['value'], connections: MediaConnections): void {
    const names = new Set(present.map(({ id }) => id));
    for (const id of [...this.#participants.keys()]) if (!names.has(id)) this.#remove(id);
    for (const { id, streams = [] } of present) {
      const known = this.#participants.get(id);
      known?.unpublish();
      const participant = known ?? this.#add(id, connections);
      if (!known) this.emit('participantJoined', participant);
      for (const stream of streams) this.#receivePublication(participant.publish(stream.id), id);
    }
  }

  #receive(notification: Notification, connections: MediaConnections): void {
    if (!this.joined) return;
    switch (notification.method) {
      case 'participantJoined':
        this.#addLate(notification.params.id, connections);
        break;
      case 'participantPublished':
        this.#published(notification.params.id, notification.params.streams, connections);
        break;
      case 'participantUnpublished':
        this.#participants.get(notification.params.name)?.unpublish();
        break;
      case 'participantLeft':
        this.#remove(notification.params.name);
        break;
      case 'participantEvicted':
        this.#endAndClose('evicted');
        break;
      case 'sendMessage':
        this.emit('message', { from: notification.params.user, text: notification.params.message });
        break;
      case 'iceCandidate': {
        const { endpointName, ...candidate } = notification.params;
        connections.addCandidate(endpointName, candidate);
        break;
      }
      case 'mediaError': {
        const { error: text, sender } = notification.params;
        const error = new ClientError('media-failed', text);
        if (sender === undefined) this.#localPublication?.mediaLost(error);
        else this.#participants.get(sender)?.subscriptionLost(error);
        this.emit('mediaError', error, sender);
        break;
      }
      case 'roomClosed':
        this.#roomClosed = true;
        this.#closing = setTimeout(() => {
          this.#endAndClose('room-closed');
        }, stoppingWithinMs);
        break;
      case 'custonNotification':
        this.emit('customNotification', notification.params);
        break;
      default:
        notification satisfies never;
    }
  }

  #addLate(id: string, connections: MediaConnections): void {
    const participant = this.#add(id, connections);
    this.emit('participantJoined', participant);
  }

  #add(id: string, connections: MediaConnections, streams: readonly { readonly id: string }[] = []): Participant {
    this.#remove(id);
    const participant = new Participant(id, connections);
    this.#participants.set(id, participant);
    for (const stream of streams) this.#receivePublication(participant.publish(stream.id), id);
    return participant;
  }

  #published(id: string, streams: readonly { readonly id: string }[], connections: MediaConnections): void {
    const participant = this.#participants.get(id) ?? this.#add(id, connections);
    for (const stream of streams) this.#receivePublication(participant.publish(stream.id), id);
  }

  #receivePublication(publication: Publication, publisher: string): void {
    publication.on('failed', (error) => {
      this.emit('mediaError', error, publisher);
    });
    if (this.#options.autoSubscribe === false) return;
    publication.subscribe().catch((error: unknown) => {
      publication.recover(asClientError(error, 'media-failed'));
    });
  }

  #remove(id: string): void {
    const participant = this.#participants.get(id);
    if (!participant) return;
    this.#participants.delete(id);
    participant.leave();
    if (this.joined) this.emit('participantLeft', participant);
  }

  #endAndClose(reason: EndReason): void {
    this.#end(reason);
    this.#connections?.session.close();
  }

  #end(reason: EndReason): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    // Only a client whose connection was lost has a name that is kept for it.
    if (reason !== 'disconnected') this.#resumeToken.forget();
    clearTimeout(this.#closing);
    this.#localPublication?.end();
    for (const participant of [...this.#participants.values()]) this.#remove(participant.id);
    this.emit('closed', reason);
  }

  #requireJoined(): MediaConnections {
    if (this.joined && this.#connections) return this.#connections;
    throw new ClientError('not-in-room', 'You are not in the room.');
  }
}
