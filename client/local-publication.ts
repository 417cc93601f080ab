import type { MediaKind } from './ask.js';
import { BackOff } from './back-off.js';
import { Emitter } from './emitter.js';
import { ClientError, asClientError } from './errors.js';
import type { MediaConnection } from './media-connection.js';
import type { MediaConnections } from './media-connections.js';
import { ScreenShare } from './screen-share.js';
import type { Self } from './self.js';
import { readStatistics, type ConnectionStatistics } from './statistics.js';

export interface LocalPublicationEvents {
  /** The media server, or the connection to it, was lost. The stream is published anew until that succeeds. */
  reconnecting: [ClientError];
  /** It is published again, on another peer connection. */
  reconnected: [];
  /** The screen is shown from now on, or the camera again. */
  sharing: [boolean];
  /** A moderator has ended it. `closed` follows. */
  taken: [];
  /** Ended by us, by a moderator or with the room. Last event, once. */
  closed: [];
}

export interface PublishOptions {
  /** We get our own stream back, to see what the others see. Default: false. */
  readonly loopback?: boolean;
  /** Asks for a data channel; needs `RoomOptions.dataChannels`. Default: false. */
  readonly dataChannel?: boolean;
}

/** Our own stream in the room. The tracks remain the caller's: the end of the publication does not stop them. */
export class LocalPublication extends Emitter<LocalPublicationEvents> {
  readonly stream: MediaStream;
  readonly #self: Self;
  readonly #connections: MediaConnections;
  readonly #options: PublishOptions;
  readonly #backOff: BackOff;
  #tracks: readonly MediaStreamTrack[];
  #connection: MediaConnection;
  /** Whether the server has accepted our last offer, as far as we know. */
  #published = false;
  /** Whether an attempt to open it or to bring it back is under way. */
  #busy = false;
  /** The present connection was made for other kinds of media than are to be sent now. */
  #outdated = false;
  #closed = false;
  #dataChannel: RTCDataChannel | undefined;
  #loopback: MediaStream | undefined;
  readonly #screen: ScreenShare;

  /** For Room only: get yours from `room.publish(stream)`. */
  constructor(self: Self, stream: MediaStream, connections: MediaConnections, options: PublishOptions = {}) {
    super();
    this.#options = options;
    this.#self = self;
    this.stream = stream;
    this.#connections = connections;
    this.#backOff = new BackOff(connections.session.clock);
    this.#tracks = stream.getTracks();
    this.#connection = this.#connect();
    this.#screen = new ScreenShare(this, {
      send: (track) => this.#send(track),
      sendNoMore: (track) => {
        this.#sendNoMore(track);
      },
      sharing: (on) => {
        if (!this.#closed) this.tellMuted();
        this.emit('sharing', on);
      },
    });
  }

  /** The present one. It is another one after each `reconnected`. */
  get peerConnection(): RTCPeerConnection {
    return this.#connection.peer;
  }

  /** The present one. It is another one after each `reconnected`. Undefined when none was asked for. */
  get dataChannel(): RTCDataChannel | undefined {
    return this.#dataChannel;
  }

  /** Our own stream as the server sends it back. It is another one after each `reconnected`. Undefined when none was asked for. */
  get loopback(): MediaStream | undefined {
    return this.#loopback;
  }

  get closed(): boolean {
    return this.#closed;
  }

  statistics(): Promise<ConnectionStatistics> {
    return readStatistics(this.peerConnection);
  }

  /** The tracks that are sent at present, at most one of each kind. */
  get tracks(): readonly MediaStreamTrack[] {
    return this.#tracks;
  }

  /**
   * Sends another camera or microphone in place of the present one, without negotiation. Where nothing of that kind is sent yet,
   * the stream is published anew. While the screen is shown, the new camera waits for its end. Rejects with `media-refused`.
   */
  async replaceTrack(track: MediaStreamTrack): Promise<void> {
    const waits = track.kind === 'video' && this.#screen.keep(track);
    if (!waits) await this.#send(track);
    this.tellMuted();
  }

  /** Muted audio is sent as silence, muted video as black. The devices stay open. The others are told. */
  mute(kind: 'audio' | 'video', muted = true): void {
    for (const track of this.#tracks) if (track.kind === kind) track.enabled = !muted;
    this.tellMuted();
  }

  /** Tells the others what is muted. Only for pages that switch tracks themselves. */
  tellMuted(): void {
    this.#self.tellMuted(Object.fromEntries(this.#kinds.map((kind) => [kind, this.isMuted(kind)])));
  }

  get #kinds(): MediaKind[] {
    return [...new Set(this.#tracks.map(({ kind }) => kind as MediaKind))];
  }

  /** True also where there is no track of that kind. */
  isMuted(kind: 'audio' | 'video'): boolean {
    return !this.#tracks.some((track) => track.kind === kind && track.enabled && track.readyState === 'live');
  }

  /** Whether the screen is shown in place of the camera. */
  get sharing(): boolean {
    return this.#screen.on;
  }

  /**
   * Shows the screen, or a window of it, in place of the camera until `stopSharing`, or until the user ends it in the browser.
   * Rejects with `device-refused` when the user chose nothing, or with `device-failed`.
   */
  shareScreen(): Promise<void> {
    return this.#screen.start();
  }

  /** Shows the camera again, where there is one. Never rejects. */
  stopSharing(): Promise<void> {
    return this.#screen.stop();
  }

  /** For Room only. */
  async open(): Promise<void> {
    this.#busy = true;
    try {
      await this.#publish();
    } finally {
      this.#busy = false;
    }
    if (!this.#published) this.#restore(new ClientError('media-failed', 'Lost as soon as it was published.'));
  }

  /** For Room only: the media server has lost the stream. An attempt that is under way fails or succeeds by itself. */
  mediaLost(error: ClientError): void {
    if (!this.#published || this.#closed) return;
    this.#published = false;
    if (!this.#busy) this.#restore(error);
  }

  /** Stops publishing, and tells the server. Never rejects; may be called twice. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.end();
    await this.#unpublish();
  }

  /** For Room only: a moderator has ended it. */
  take(): void {
    if (this.#closed) return;
    this.emit('taken');
    this.end();
  }

  /** Ends it without telling the server, which knows already. */
  end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#self.publishes([]);
    this.#connections.close(this.#self.id, this.#connection);
    void this.stopSharing();
    this.emit('closed');
  }

  /** Rejects with `media-refused`. */
  async #send(track: MediaStreamTrack): Promise<void> {
    const present = this.#tracks.some(({ kind }) => kind === track.kind);
    const sender = this.peerConnection.getSenders().find((each) => each.track?.kind === track.kind);
    if (present && sender) {
      try {
        await sender.replaceTrack(track);
      } catch (error) {
        throw asClientError(error, 'media-refused');
      }
      this.#tracks = this.#tracks.map((each) => (each.kind === track.kind ? track : each));
      return;
    }
    this.#publishAnew([...this.#tracks.filter(({ kind }) => kind !== track.kind), track]);
  }

  /** Without this the others would see its last picture for ever. */
  #sendNoMore(track: MediaStreamTrack): void {
    const rest = this.#tracks.filter((each) => each !== track);
    if (rest.length > 0 && rest.length < this.#tracks.length) this.#publishAnew(rest);
  }

  #publishAnew(tracks: readonly MediaStreamTrack[]): void {
    this.#tracks = tracks;
    this.#outdated = true;
    this.mediaLost(new ClientError('media-failed', 'Published anew, with other kinds of media.'));
  }

  #connect(): MediaConnection {
    this.#outdated = false;
    const connection = this.#connections.open(this.#self.id, {
      failed: (error) => {
        this.mediaLost(error);
      },
    });
    const { loopback = false, dataChannel = false } = this.#options;
    const direction = loopback ? 'sendrecv' : 'sendonly';
    for (const track of this.#tracks) connection.peer.addTransceiver(track, { direction, streams: [this.stream] });
    if (loopback) this.#loopback = whatComesOver(connection.peer);
    if (dataChannel) this.#dataChannel = connection.peer.createDataChannel(this.#self.id);
    return connection;
  }

  async #publish(): Promise<void> {
    const { session } = this.#connections;
    // Before it is published, so that nobody is shown otherwise for a moment.
    this.tellMuted();
    await this.#connection.negotiate(async (sdpOffer) => {
      const { sdpAnswer } = await session.request('publishVideo', {
        sdpOffer,
        doLoopback: this.#options.loopback ?? false,
      });
      this.#published = true;
      return sdpAnswer;
    });
    if (this.#outdated) this.#published = false;
    else if (!this.#closed) this.#self.publishes(this.#kinds);
  }

  async #unpublish(): Promise<void> {
    await this.#connections.session
      .request('unpublishVideo', {})
      // Whether this was refused or lost, it is over.
      .catch(() => undefined);
  }

  #restore(error: ClientError): void {
    this.#busy = true;
    this.emit('reconnecting', error);
    void this.#republish().finally(() => {
      this.#busy = false;
      if (!this.#closed) this.emit('reconnected');
    });
  }

  /** Tries until it is published or closed. The loss of the room closes it. */
  async #republish(): Promise<void> {
    for (;;) {
      await this.#backOff.wait();
      // The server may still have the publication that we gave up.
      await this.#unpublish();
      if (this.#closed) return;
      this.#connection = this.#connect();
      try {
        await this.#publish();
      } catch {
        this.#published = false;
        continue;
      }
      // It was lost again while it was being set up.
      if (this.#published) return;
    }
  }
}

/** Tracks are added as they come. */
function whatComesOver(peer: RTCPeerConnection): MediaStream {
  const stream = new MediaStream();
  peer.ontrack = ({ track }) => {
    stream.addTrack(track);
  };
  return stream;
}
