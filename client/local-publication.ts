import type { MediaKind } from './ask.js';
import { Emitter } from './emitter.js';
import { ClientError, asClientError } from './errors.js';
import type { MediaConnections } from './media-connections.js';
import type { MediaReport } from './media-report.js';
import { OwnDevices, type DeviceSender } from './own-devices.js';
import type { PublicationState } from './publication-state.js';
import { kindOf, readTrack, readTracks, type ReadPublishOptions } from './publish-options.js';
import { Publishing, type Published } from './publishing.js';
import type { Quality } from './quality.js';
import { ScreenShare } from './screen-share.js';
import type { Self } from './self.js';
import type { ConnectionStatistics } from './statistics.js';
import type { StreamSource } from './streams.js';

/** What a `LocalPublication` tells. */
export interface LocalPublicationEvents {
  /** `state` has changed. With the reason, when it is `failed`. */
  state: [PublicationState, ClientError | undefined];
  /** How well it reaches the server has changed. */
  quality: [Quality];
  /** We, or a moderator, have muted these kinds. */
  muted: [readonly MediaKind[]];
  /** We, or a moderator, have muted these kinds no more. */
  unmuted: [readonly MediaKind[]];
  /** The media server, or the connection to it, was lost. The stream is published anew until that succeeds. */
  reconnecting: [ClientError];
  /** The server has taken it again, on another peer connection. It is sent once `state` is `live`. */
  reconnected: [];
  /** Other tracks are sent from now on: a device was switched, turned off or on, or the screen is shown. */
  tracks: [readonly MediaStreamTrack[]];
  /** In place of the camera the screen is shown (`true`), or no more (`false`). */
  sharing: [boolean];
  /**
   * The camera (`video`) or microphone was unplugged, or the system took it away. The others are told that it is off. `setCamera`,
   * `setMicrophone` or `replaceTrack` sends another one.
   */
  deviceLost: [MediaKind];
  /** A moderator has ended it. `closed` follows. */
  taken: [];
  /** Ended by us, by a moderator or with the room. Last event, once. */
  closed: [];
}

/**
 * Our own stream in the room. The tracks remain the caller's: the end of the publication does not stop them. `setCamera` and
 * `setMicrophone` do stop the track whose place another one takes.
 */
export class LocalPublication extends Emitter<LocalPublicationEvents> {
  /** Unique among our streams. */
  readonly id: string;
  /** What it shows. */
  readonly source: StreamSource;
  /** What `publish` was given. Its tracks may be others than those that are sent now: see `tracks`. */
  readonly stream: MediaStream;
  readonly #self: Self;
  readonly #connections: MediaConnections;
  #muted: readonly MediaKind[] = [];
  #tracks: readonly MediaStreamTrack[];
  readonly #publishing: Publishing;
  /** The kinds that there is to be room for, whether they are sent or not. */
  readonly #reserved: Set<MediaKind>;
  readonly #life = new AbortController();
  readonly #screen: ScreenShare;
  readonly #devices: OwnDevices;
  readonly #deaf: () => void;

  /** @internal For Room only: get yours from `room.publish(stream)`. Throws `invalid-argument`, or why there is no connection. */
  constructor(self: Self, stream: MediaStream, connections: MediaConnections, options: ReadPublishOptions) {
    super();
    this.id = options.id;
    this.source = options.source;
    this.#self = self;
    this.stream = stream;
    this.#connections = connections;
    this.#tracks = readTracks(stream);
    this.#reserved = new Set(options.kinds);
    this.#publishing = new Publishing(this.#published(), options, self, connections, {
      state: (state, failure) => {
        this.emit('state', state, failure);
      },
      quality: (quality) => {
        this.emit('quality', quality);
      },
      reconnecting: (error) => {
        this.emit('reconnecting', error);
      },
      reconnected: () => {
        this.emit('reconnected');
      },
    });
    this.#screen = new ScreenShare(this, {
      send: (track) => this.#send(track),
      sendNoMore: (track) => {
        this.#sendNoMore(track);
      },
      sharing: (on) => {
        this.tellMuted();
        this.emit('sharing', on);
      },
    });
    this.#devices = new OwnDevices(this.#deviceSender());
    for (const track of this.#tracks) this.#devices.watch(track);
    this.#deaf = self.on('stateChanged', () => {
      this.#lookAtMuted();
    });
  }

  /** The connection of the browser. It is another one after each `reconnected`. */
  get peerConnection(): RTCPeerConnection {
    return this.#publishing.connection.peer;
  }

  /** The data channel to the server. It is another one after each `reconnected`. Undefined when none was asked for. */
  get dataChannel(): RTCDataChannel | undefined {
    return this.#publishing.dataChannel;
  }

  /** Our own stream as the server sends it back. It is another one after each `reconnected`. Undefined when none was asked for. */
  get loopback(): MediaStream | undefined {
    return this.#publishing.loopback;
  }

  /** Whether it has ended. */
  get closed(): boolean {
    return this.#life.signal.aborted;
  }

  /** What its connection carries. */
  statistics(): Promise<ConnectionStatistics> {
    return this.#publishing.connection.statistics();
  }

  /** What is being tried, or was, to make the present connection: for help when nothing comes through. */
  report(): Promise<MediaReport> {
    return this.#publishing.connection.report();
  }

  /** Whether it comes through to the server. */
  get state(): PublicationState {
    return this.#publishing.state;
  }

  /** Why the last attempt to publish it failed. Undefined where none has. */
  get failure(): ClientError | undefined {
    return this.#publishing.failure;
  }

  /** What we, or a moderator, have muted. */
  get muted(): readonly MediaKind[] {
    return this.#muted;
  }

  /** From loss, round trip, jitter and pictures that stand still. `unknown` until it is measured, and while no packets come. */
  get quality(): Quality {
    return this.#publishing.quality;
  }

  /** Tries at once what has failed, also what was given up, and does not wait for the end of the pause. Does nothing while it is live. */
  retry(): void {
    this.#publishing.retry();
  }

  /** The tracks that are sent at present, at most one of each kind. */
  get tracks(): readonly MediaStreamTrack[] {
    return this.#tracks;
  }

  /**
   * Sends another camera or microphone in place of the present one, without negotiation. Where nothing of that kind is sent yet,
   * the stream is published anew. While the screen is shown, the new camera waits for its end. Rejects with `media-refused`, or with
   * `closed`.
   */
  async replaceTrack(track: MediaStreamTrack): Promise<void> {
    readTrack(track, '`track`');
    this.#requireOpen();
    this.#devices.watch(track);
    const waits = track.kind === 'video' && this.#screen.keep(track);
    if (!waits) await this.#send(track);
    this.tellMuted();
  }

  /**
   * `false` turns the camera off, its light too: its track is stopped. `true` or the id of a device opens a camera, and sends it in place
   * of the present one. The others are told. Of several calls the last one counts. Rejects as `openDevices` and `replaceTrack`.
   */
  async setCamera(wish: boolean | string): Promise<void> {
    if (wish === false) await this.#devices.turnOff('video');
    else await this.#devices.turnOn('video', { camera: wish, microphone: false });
  }

  /** Sends another microphone in place of the present one; it is muted where that was. Rejects as `openDevices` and `replaceTrack`. */
  async setMicrophone(device: string): Promise<void> {
    await this.#devices.turnOn('audio', { camera: false, microphone: device });
  }

  /**
   * Mutes sound or picture, or with `false` sends it again. Muted audio is sent as silence, muted video as black. The devices stay open.
   * The others are told.
   */
  mute(kind: 'audio' | 'video', muted = true): void {
    for (const track of this.#tracks) if (track.kind === kind) track.enabled = !muted;
    this.tellMuted();
  }

  /** Tells the others what is muted. Only for pages that switch tracks themselves. */
  tellMuted(): void {
    if (this.closed) return;
    this.#lookAtMuted();
    this.#self.tellMuted(this.id, Object.fromEntries(this.#kinds.map((kind) => [kind, this.isMuted(kind)])));
  }

  get #kinds(): MediaKind[] {
    return [...new Set([...this.#tracks.map(kindOf), ...this.#reserved])];
  }

  /** Whether nothing of that kind is sent: we have muted it, or there is no track of that kind. */
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

  /** @internal For Room only: the first attempt. Rejects when another one would fail too, or when it is closed meanwhile. */
  open(): Promise<void> {
    return this.#publishing.open();
  }

  /** @internal For Room only: the media server has lost the stream. */
  mediaLost(error: ClientError): void {
    this.#publishing.lost(error);
  }

  /** @internal For Room only: of the sizes in which the picture is sent, those that somebody wants, the smallest first. */
  layersWanted(layers: readonly boolean[]): void {
    this.#publishing.layersWanted(layers);
  }

  /** Stops publishing, and tells the server. Never rejects; may be called twice. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.end();
    await this.#publishing.unpublish();
  }

  /** @internal For Room only: a moderator has ended it. */
  take(): void {
    if (this.closed) return;
    this.emit('taken');
    this.end();
  }

  /** @internal For Room only: ends it without telling the server, which knows already. */
  end(): void {
    if (this.closed) return;
    this.#life.abort();
    this.#deaf();
    this.#devices.unwatchAllBut([]);
    this.#publishing.end();
    void this.stopSharing();
    this.#publishing.close();
    this.emit('closed');
  }

  /** Rejects with `media-refused`. */
  async #send(track: MediaStreamTrack): Promise<void> {
    const sender = this.#publishing.senderOf(kindOf(track));
    const tracks = [...this.#tracks.filter(({ kind }) => kind !== track.kind), track];
    if (!sender) {
      this.#publishAnew(tracks);
      return;
    }
    try {
      await sender.replaceTrack(track);
    } catch (error) {
      this.#requireOpen();
      throw asClientError(error, 'media-refused');
    }
    this.#sends(tracks);
  }

  #published(): Published {
    const [tracks, kinds] = [(): readonly MediaStreamTrack[] => this.#tracks, (): readonly MediaKind[] => this.#kinds];
    return {
      stream: this.stream,
      get tracks() {
        return tracks();
      },
      get kinds() {
        return kinds();
      },
      isMuted: (kind) => this.isMuted(kind),
      tellMuted: () => {
        this.tellMuted();
      },
    };
  }

  #deviceSender(): DeviceSender {
    const tracks = (): readonly MediaStreamTrack[] => this.#tracks;
    return {
      get tracks() {
        return tracks();
      },
      screen: this.#screen,
      life: this.#life.signal,
      clock: this.#connections.session.clock,
      replaceTrack: (track) => this.replaceTrack(track),
      sendNothing: (track, showsBlack) => this.#sendNothing(track, showsBlack),
      tellMuted: () => {
        this.tellMuted();
      },
      lost: (kind) => {
        this.emit('deviceLost', kind);
      },
      requireOpen: () => {
        this.#requireOpen();
      },
    };
  }

  async #sendNothing(track: MediaStreamTrack, showsBlack: boolean): Promise<void> {
    const kind = kindOf(track);
    this.#reserved.add(kind);
    const rest = this.#tracks.filter((each) => each !== track);
    if (!showsBlack && rest.length > 0) {
      this.#publishAnew(rest);
      return;
    }
    this.#sends(rest);
    await this.#publishing
      .senderOf(kind)
      ?.replaceTrack(null)
      // A connection that is closed sends nothing anyway.
      .catch(() => undefined);
  }

  #requireOpen(): void {
    if (this.#hasClosed()) throw new ClientError('closed', 'The publication has ended.');
  }

  /** Without this the others would see its last picture for ever. */
  #sendNoMore(track: MediaStreamTrack): void {
    const rest = this.#tracks.filter((each) => each !== track);
    if (rest.length > 0 && rest.length < this.#tracks.length) this.#publishAnew(rest);
  }

  #sends(tracks: readonly MediaStreamTrack[]): void {
    this.#tracks = tracks;
    // The camera comes back after the screen.
    this.#devices.unwatchAllBut([...tracks, this.#screen.camera]);
    this.emit('tracks', tracks);
  }

  #publishAnew(tracks: readonly MediaStreamTrack[]): void {
    this.#sends(tracks);
    this.#publishing.anew();
  }

  /** A method: it may change during any `await`, which the compiler does not see of a field. */
  #hasClosed(): boolean {
    return this.closed;
  }

  #lookAtMuted(): void {
    const before = this.#muted;
    const cut = this.#self.cutOf(this.id);
    this.#muted = this.#kinds.filter((kind) => this.isMuted(kind) || cut.includes(kind));
    const more = this.#muted.filter((kind) => !before.includes(kind));
    const less = before.filter((kind) => !this.#muted.includes(kind));
    if (more.length > 0) this.emit('muted', more);
    if (less.length > 0) this.emit('unmuted', less);
  }
}
