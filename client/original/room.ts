import { Room } from '../room.js';
import type { EndReason } from '../room-events.js';
import { Speakers } from '../speakers.js';
import type { Participant } from '../participant.js';
import type { Publication } from '../publication.js';
import { OriginalEmitter } from './emitter.js';
import { OriginalParticipant } from './participant.js';
import { OriginalStream, type StreamOptions } from './stream.js';

export interface OriginalRoomOptions {
  readonly room: string;
  readonly user: string;
  /** Default: true. */
  readonly subscribeToStreams?: boolean | undefined;
  /** ms; default: 1500 */
  readonly updateSpeakerInterval?: number | undefined;
  /** dB; default: -50 */
  readonly thresholdSpeaker?: number | undefined;
}

/** What the connection gives its one room. */
export interface RoomSettings {
  readonly url: string;
  readonly rpcParams: () => Readonly<Record<string, unknown>>;
}

/** The one room of a connection (original browser library: Room). */
export class OriginalRoom extends OriginalEmitter {
  readonly name: string;
  readonly #options: OriginalRoomOptions;
  readonly #settings: RoomSettings;
  readonly #local: OriginalParticipant;
  readonly #participants = new Map<string, OriginalParticipant>();
  /** What others offer, by the global id of its stream. */
  readonly #publications = new Map<string, Publication>();
  /** Loudest first, by the global id of the stream. */
  readonly #speaking = new Set<string>();
  #room: Room | undefined;
  #speakerTimer: ReturnType<typeof setInterval> | undefined;
  #wantsData = false;

  /** @internal For pages: `Kurento` makes it. */
  constructor(options: OriginalRoomOptions, settings: RoomSettings) {
    super();
    this.name = options.room;
    this.#options = options;
    this.#settings = settings;
    this.#local = this.#participantOf(options.user);
  }

  getLocalParticipant(): OriginalParticipant {
    return this.#local;
  }

  /** By stream id. When several participants have a stream of that id, the last one. */
  getStreams(): Readonly<Record<string, OriginalStream>> {
    const all = [this.#local, ...this.#participants.values()].flatMap((each) => Object.values(each.getStreams()));
    return Object.fromEntries(all.map((stream) => [stream.getID(), stream]));
  }

  /** @internal Called by `Stream`: a stream of our own. */
  localStream(options: StreamOptions): OriginalStream {
    const stream = new OriginalStream(this, this.#local, options);
    this.#local.addStream(stream);
    this.#wantsData ||= options.data ?? false;
    return stream;
  }

  connect(): void {
    void this.#connect();
  }

  /** @param forced after an eviction: the server knows already */
  leave(_forced?: boolean, _client?: unknown): void {
    clearInterval(this.#speakerTimer);
    void this.#room?.leave();
    for (const participant of [this.#local, ...this.#participants.values()]) participant.dispose();
    this.#participants.clear();
  }

  subscribe(stream: OriginalStream): void {
    const publication = this.#publications.get(stream.getGlobalID());
    if (!publication) return;
    stream.receive(publication).then(
      () => {
        this.emitEvent('stream-subscribed', [{ stream }]);
      },
      (error: unknown) => {
        this.emitEvent('error-media', [{ error: messageOf(error) }]);
      },
    );
  }

  /** Ends publishing our own stream, or receiving another one. */
  disconnect(stream: OriginalStream): void {
    stream.unpublish();
    if (!stream.isLocal) stream.dispose();
  }

  addParticipantSpeaking(participantId: string): void {
    this.#speaking.delete(participantId);
    this.#speaking.add(participantId);
  }

  removeParticipantSpeaking(participantId: string): void {
    this.#speaking.delete(participantId);
  }

  /** @internal Called by a stream. */
  async publish(stream: OriginalStream, loopback: boolean): Promise<void> {
    try {
      const publication = await this.#require().publish(stream.requireMedia(), {
        loopback,
        dataChannel: stream.isDataChannelEnabled(),
      });
      if (publication.state === 'failed') {
        // Pages of the original try again themselves.
        void publication.close();
        throw publication.failure ?? new Error('Not published');
      }
      stream.published(publication);
      this.emitEvent('stream-published', [{ stream }]);
    } catch (error) {
      this.emitEvent('error-media', [{ error: messageOf(error) }]);
    }
  }

  /** @internal Called by the connection. Rejects as the client library does. */
  async say(text: string): Promise<void> {
    await this.#require().chat(text);
  }

  async customRequest(params: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
    return this.#require().customRequest(params);
  }

  async request(method: string, params: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
    return this.#require().request(method, params);
  }

  setRpcParams(params: Readonly<Record<string, unknown>>): void {
    this.#room?.setRpcParams(params);
  }

  #require(): Room {
    if (!this.#room) throw new Error('The room is not connected: call connect first');
    return this.#room;
  }

  async #connect(): Promise<void> {
    const { url, rpcParams } = this.#settings;
    const { user } = this.#options;
    const room = new Room({
      url,
      room: this.name,
      user,
      autoSubscribe: false,
      dataChannels: this.#wantsData,
      // Pages that were written for the original know one stream of each participant.
      severalStreams: false,
      rpcParams: rpcParams(),
    });
    this.#room = room;
    this.#listen(room);
    try {
      await room.join();
    } catch (error) {
      this.emitEvent('error-room', [{ error: messageOf(error) }]);
      return;
    }
    const participants = [...room.participants.values()].map((participant) => this.#add(participant));
    const streams = participants.flatMap((participant) => Object.values(participant.getStreams()));
    if (this.#options.subscribeToStreams !== false) for (const stream of streams) this.subscribe(stream);
    this.emitEvent('room-connected', [{ participants, streams }]);
    // A page may leave as soon as it hears that it is in.
    if (room.joined) this.#watchSpeakers(room);
  }

  #listen(room: Room): void {
    room.on('participantJoined', (participant) => {
      this.emitEvent('participant-joined', [{ participant: this.#add(participant) }]);
    });
    room.on('participantLeft', ({ id }) => {
      this.#remove(id);
    });
    room.on('message', ({ from, text }) => {
      this.emitEvent('newMessage', [{ room: this.name, user: from, message: text }]);
    });
    room.on('mediaError', ({ message }) => {
      this.emitEvent('error-media', [{ error: message }]);
    });
    room.on('customNotification', (params) => {
      this.emitEvent('custom-message-received', [{ params }]);
    });
    room.on('reconnecting', () => {
      this.emitEvent('lost-connection', [{ room: this.name }]);
    });
    room.on('closed', (reason) => {
      this.#closed(reason);
    });
  }

  #closed(reason: EndReason): void {
    clearInterval(this.#speakerTimer);
    if (reason === 'evicted') this.emitEvent('participant-evicted', [{ localParticipant: this.#local }]);
    if (reason === 'room-closed') this.emitEvent('room-closed', [{ room: this.name }]);
    if (reason === 'disconnected') this.emitEvent('lost-connection', [{ room: this.name }]);
  }

  /** Adds a participant, with what it publishes now and later. */
  #add(from: Participant): OriginalParticipant {
    const participant = this.#participantOf(from.id);
    this.#participants.set(from.id, participant);
    for (const publication of from.publications.values()) this.#take(participant, publication);
    from.on('published', (publication) => {
      // The original makes a new object for a participant that publishes.
      const replaced = this.#participantOf(from.id);
      this.#participants.set(from.id, replaced);
      const stream = this.#take(replaced, publication);
      this.emitEvent('participant-published', [{ participant: replaced }]);
      if (this.#options.subscribeToStreams !== false) this.subscribe(stream);
      this.emitEvent('stream-added', [{ stream }]);
    });
    from.on('unpublished', () => {
      // The original does not tell this from leaving. A participant that left is not in the room any more.
      if (this.#room?.participants.has(from.id)) this.#remove(from.id);
    });
    return participant;
  }

  #take(participant: OriginalParticipant, publication: Publication): OriginalStream {
    const stream = new OriginalStream(this, participant, { id: publication.id });
    participant.addStream(stream);
    this.#publications.set(stream.getGlobalID(), publication);
    return stream;
  }

  #remove(id: string): void {
    const participant = this.#participants.get(id);
    if (!participant) return;
    this.#participants.delete(id);
    this.emitEvent('participant-left', [{ participant }]);
    for (const stream of Object.values(participant.getStreams())) {
      this.#publications.delete(stream.getGlobalID());
      this.#speaking.delete(stream.getGlobalID());
      this.emitEvent('stream-removed', [{ stream }]);
      stream.dispose();
    }
  }

  #participantOf(id: string): OriginalParticipant {
    return new OriginalParticipant(id, ({ candidate = '', sdpMid = null, sdpMLineIndex = null }) => {
      void this.request('onIceCandidate', { endpointName: id, candidate, sdpMid, sdpMLineIndex }).catch(
        () => undefined,
      );
    });
  }

  #watchSpeakers(room: Room): void {
    const { thresholdSpeaker: thresholdDb = -50, updateSpeakerInterval = 1500 } = this.#options;
    const speakers = new Speakers(room, { thresholdDb });
    speakers.on('started', (name) => {
      const participantId = `${name}_webcam`;
      this.addParticipantSpeaking(participantId);
      this.emitEvent('stream-speaking', [{ participantId }]);
    });
    speakers.on('stopped', (name) => {
      const participantId = `${name}_webcam`;
      this.removeParticipantSpeaking(participantId);
      this.emitEvent('stream-stopped-speaking', [{ participantId }]);
    });
    this.#speakerTimer = setInterval(() => {
      const participantId = [...this.#speaking].at(-1);
      if (participantId !== undefined) this.emitEvent('update-main-speaker', [{ participantId }]);
    }, updateSpeakerInterval);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
