import type { MediaKind } from './ask.js';
import { BackOff } from './back-off.js';
import { openDevices, type DeviceWish } from './devices.js';
import { Emitter } from './emitter.js';
import { ClientError, asClientError, canSucceedYet } from './errors.js';
import type { MediaConnection } from './media-connection.js';
import type { MediaConnections } from './media-connections.js';
import type { MediaReport } from './media-report.js';
import { Standing, type PublicationState } from './publication-state.js';
import { readTrack, readTracks, type ReadPublishOptions } from './publish-options.js';
import type { Quality } from './quality.js';
import { ScreenShare } from './screen-share.js';
import type { Self } from './self.js';
import type { ConnectionStatistics } from './statistics.js';
import { wireSources, type StreamSource } from './streams.js';

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

/** A camera is switched to black for so long before it is stopped, in ms: some clients would go on showing its last picture. */
const blackMs = 250;
/** Another camera may take the place of a lost one within this time, in ms. */
const replacedWithinMs = 2000;

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
  readonly #options: ReadPublishOptions;
  readonly #backOff: BackOff;
  readonly #standing = new Standing((state, failure) => {
    this.emit('state', state, failure);
  });
  #quality: Quality = 'unknown';
  #muted: readonly MediaKind[] = [];
  #tracks: readonly MediaStreamTrack[];
  #connection: MediaConnection;
  /** What there is room for in the present connection. */
  readonly #senders = new Map<MediaKind, RTCRtpSender>();
  /** The kinds that there is to be room for, whether they are sent or not. */
  readonly #reserved: Set<MediaKind>;
  /** Whether the server has accepted our last offer, as far as we know. */
  #published = false;
  /** Whether an attempt to open it or to bring it back is under way. */
  #busy = false;
  /** The present connection was made for other kinds of media than are to be sent now. */
  #outdated = false;
  readonly #life = new AbortController();
  /** For each track, what ends the watch for its loss. */
  readonly #watched = new Map<MediaStreamTrack, () => void>();
  /** How often each kind was turned on or off: the last time counts. */
  readonly #turns = new Map<MediaKind, number>();
  #dataChannel: RTCDataChannel | undefined;
  #loopback: MediaStream | undefined;
  readonly #screen: ScreenShare;
  readonly #deaf: () => void;

  /** @internal For Room only: get yours from `room.publish(stream)`. Throws `invalid-argument`, or why there is no connection. */
  constructor(self: Self, stream: MediaStream, connections: MediaConnections, options: ReadPublishOptions) {
    super();
    this.#options = options;
    this.id = options.id;
    this.source = options.source;
    this.#self = self;
    this.stream = stream;
    this.#connections = connections;
    this.#backOff = new BackOff(connections.session.clock);
    this.#tracks = readTracks(stream);
    this.#reserved = new Set(options.kinds);
    this.#connection = this.#connect();
    for (const track of this.#tracks) this.#watch(track);
    this.#deaf = self.on('stateChanged', () => {
      this.#lookAtMuted();
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
  }

  /** The connection of the browser. It is another one after each `reconnected`. */
  get peerConnection(): RTCPeerConnection {
    return this.#connection.peer;
  }

  /** The data channel to the server. It is another one after each `reconnected`. Undefined when none was asked for. */
  get dataChannel(): RTCDataChannel | undefined {
    return this.#dataChannel;
  }

  /** Our own stream as the server sends it back. It is another one after each `reconnected`. Undefined when none was asked for. */
  get loopback(): MediaStream | undefined {
    return this.#loopback;
  }

  /** Whether it has ended. */
  get closed(): boolean {
    return this.#life.signal.aborted;
  }

  /** What its connection carries. */
  statistics(): Promise<ConnectionStatistics> {
    return this.#connection.statistics();
  }

  /** What is being tried, or was, to make the present connection: for help when nothing comes through. */
  report(): Promise<MediaReport> {
    return this.#connection.report();
  }

  /** Whether it comes through to the server. */
  get state(): PublicationState {
    return this.#standing.state;
  }

  /** Why the last attempt to publish it failed. Undefined where none has. */
  get failure(): ClientError | undefined {
    return this.#standing.failure;
  }

  /** What we, or a moderator, have muted. */
  get muted(): readonly MediaKind[] {
    return this.#muted;
  }

  /** From loss, round trip, jitter and pictures that stand still. `unknown` until it is measured, and while no packets come. */
  get quality(): Quality {
    return this.#quality;
  }

  /** Tries at once what has failed, also what was given up, and does not wait for the end of the pause. Does nothing while it is live. */
  retry(): void {
    if (this.closed || this.state === 'live') return;
    if (!this.#busy) {
      this.#published = false;
      this.#restore();
    }
    this.#backOff.hurry();
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
    this.#watch(track);
    const waits = track.kind === 'video' && this.#screen.keep(track);
    if (!waits) await this.#send(track);
    this.tellMuted();
  }

  /**
   * `false` turns the camera off, its light too: its track is stopped. `true` or the id of a device opens a camera, and sends it in place
   * of the present one. The others are told. Of several calls the last one counts. Rejects as `openDevices` and `replaceTrack`.
   */
  async setCamera(wish: boolean | string): Promise<void> {
    this.#turn('video');
    if (wish === false) await this.#letGo('video');
    else await this.#open('video', { camera: wish, microphone: false });
  }

  /** Sends another microphone in place of the present one; it is muted where that was. Rejects as `openDevices` and `replaceTrack`. */
  async setMicrophone(device: string): Promise<void> {
    this.#turn('audio');
    await this.#open('audio', { camera: false, microphone: device });
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
  async open(): Promise<void> {
    this.#busy = true;
    let error = new ClientError('media-failed', 'Lost as soon as it was published.');
    try {
      await this.#publish();
    } catch (thrown) {
      error = asClientError(thrown, 'media-failed');
      if (this.closed || !this.#canSucceedYet(error)) throw error;
      this.#published = false;
    } finally {
      this.#busy = false;
    }
    if (!this.#published) this.#beginAgain(error);
  }

  /** @internal For Room only: the media server has lost the stream. An attempt that is under way fails or succeeds by itself. */
  mediaLost(error: ClientError): void {
    if (!this.#published || this.closed) return;
    this.#published = false;
    if (!this.#busy) this.#beginAgain(error);
  }

  /** Stops publishing, and tells the server. Never rejects; may be called twice. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.end();
    await this.#unpublish();
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
    this.#backOff.hurry();
    this.#deaf();
    for (const unwatch of this.#watched.values()) unwatch();
    this.#self.publishes(this.id, undefined);
    this.#connections.close(this.#self.id, this.id, this.#connection);
    void this.stopSharing();
    this.#standing.close();
    this.emit('closed');
  }

  /** Rejects with `media-refused`. */
  async #send(track: MediaStreamTrack): Promise<void> {
    const sender = this.#senders.get(kindOf(track));
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

  /** Opens the device, and stops the one whose place it takes. */
  async #open(kind: MediaKind, wish: DeviceWish): Promise<void> {
    this.#requireOpen();
    const turn = this.#turns.get(kind);
    const [track] = (await openDevices(wish)).getTracks();
    if (!track) return;
    if (turn !== this.#turns.get(kind)) {
      track.stop();
      return;
    }
    const former = this.#deviceOf(kind);
    if (kind === 'audio' && former) track.enabled = former.enabled;
    try {
      await this.replaceTrack(track);
    } catch (error) {
      track.stop();
      throw error;
    }
    former?.stop();
  }

  /** Sends nothing in place of the camera or microphone, and stops it. */
  async #letGo(kind: MediaKind): Promise<void> {
    const track = this.#deviceOf(kind);
    if (!track) return;
    const wasLive = track.readyState === 'live';
    track.enabled = false;
    this.tellMuted();
    if (wasLive && kind === 'video' && this.#tracks.includes(track)) await this.#wait(blackMs);
    track.stop();
    this.#screen.forget(track);
    if (this.closed || !this.#tracks.includes(track)) return;
    this.#reserved.add(kind);
    const rest = this.#tracks.filter((each) => each !== track);
    // A camera that was unplugged has sent no black picture.
    if (!wasLive && rest.length > 0) {
      this.#publishAnew(rest);
      return;
    }
    this.#sends(rest);
    await this.#senders
      .get(kind)
      ?.replaceTrack(null)
      // A connection that is closed sends nothing anyway.
      .catch(() => undefined);
  }

  /** The camera or microphone, also while the screen is shown in place of the camera. */
  #deviceOf(kind: MediaKind): MediaStreamTrack | undefined {
    if (kind === 'video' && this.#screen.on) return this.#screen.camera;
    return this.#tracks.find((track) => track.kind === kind);
  }

  #watch(track: MediaStreamTrack): void {
    if (this.#watched.has(track)) return;
    const lost = (): void => void this.#lost(track);
    track.addEventListener('ended', lost);
    this.#watched.set(track, () => {
      track.removeEventListener('ended', lost);
    });
  }

  #unwatchAllBut(tracks: readonly (MediaStreamTrack | undefined)[]): void {
    for (const [track, unwatch] of this.#watched) {
      if (tracks.includes(track)) continue;
      unwatch();
      this.#watched.delete(track);
    }
  }

  async #lost(track: MediaStreamTrack): Promise<void> {
    const kind = kindOf(track);
    if (this.closed || this.#deviceOf(kind) !== track) return;
    this.tellMuted();
    this.emit('deviceLost', kind);
    await this.#wait(replacedWithinMs);
    if (!this.#hasClosed() && this.#deviceOf(kind) === track) await this.#letGo(kind);
  }

  /** Ends with the publication. */
  #wait(ms: number): Promise<void> {
    return this.#connections.session.clock.wait(ms, this.#life.signal);
  }

  #turn(kind: MediaKind): void {
    this.#turns.set(kind, (this.#turns.get(kind) ?? 0) + 1);
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
    this.#unwatchAllBut([...tracks, this.#screen.camera]);
    this.emit('tracks', tracks);
  }

  #publishAnew(tracks: readonly MediaStreamTrack[]): void {
    this.#sends(tracks);
    this.#outdated = true;
    this.#published = false;
    if (this.closed || this.#busy) return;
    this.#standing.trying();
    this.emit('reconnecting', new ClientError('media-failed', 'Published anew, with other kinds of media.'));
    this.#restore();
  }

  #connect(): MediaConnection {
    this.#outdated = false;
    const connection = this.#connections.open(this.#self.id, this.id, {
      side: 'sent',
      expectsPackets: () => this.#kinds.some((kind) => !this.isMuted(kind)),
      flowing: (flows) => {
        this.#standing.flowing(flows);
      },
      quality: (quality) => {
        this.#quality = quality;
        this.emit('quality', quality);
      },
      failed: (error) => {
        this.mediaLost(error);
      },
    });
    try {
      this.#fill(connection.peer);
    } catch (error) {
      this.#connections.close(this.#self.id, this.id, connection);
      throw asClientError(error, 'media-refused');
    }
    return connection;
  }

  #fill(peer: RTCPeerConnection): void {
    const { loopback, dataChannel } = this.#options;
    const direction = loopback ? 'sendrecv' : 'sendonly';
    this.#senders.clear();
    for (const kind of this.#kinds) {
      const track = this.#tracks.find((each) => each.kind === kind);
      const { sender } = peer.addTransceiver(track ?? kind, { direction, streams: [this.stream] });
      this.#senders.set(kind, sender);
    }
    if (loopback) this.#loopback = whatComesOver(peer);
    if (dataChannel) this.#dataChannel = peer.createDataChannel(this.#self.id);
  }

  async #publish(): Promise<void> {
    const { session } = this.#connections;
    // Before it is published, so that nobody is shown otherwise for a moment.
    this.tellMuted();
    await this.#connection.negotiate(async (sdpOffer) => {
      const { sdpAnswer } = await session.request('publishVideo', {
        sdpOffer,
        doLoopback: this.#options.loopback,
        ...(this.#connections.hasStreams && { stream: this.id, source: wireSources[this.source] }),
      });
      this.#published = true;
      return sdpAnswer;
    });
    if (this.#outdated) this.#published = false;
    else if (!this.closed) this.#self.publishes(this.id, { source: this.source, kinds: this.#kinds });
  }

  async #unpublish(): Promise<void> {
    await this.#connections.session
      .request('unpublishVideo', this.#connections.hasStreams ? { stream: this.id } : {})
      // Whether this was refused or lost, it is over.
      .catch(() => undefined);
  }

  #beginAgain(error: ClientError): void {
    this.#standing.lost(error);
    this.emit('reconnecting', error);
    this.#restore(error.retryAfterMs);
  }

  #restore(notBeforeMs?: number): void {
    this.#busy = true;
    void this.#republish(notBeforeMs).finally(() => {
      this.#busy = false;
      if (this.#published && !this.closed) this.emit('reconnected');
    });
  }

  /** Tries until it is published or closed, or until another attempt would fail too. The loss of the room closes it. */
  async #republish(notBeforeMs?: number): Promise<void> {
    for (;;) {
      await this.#backOff.wait(notBeforeMs);
      // Another one may have been published meanwhile, which is not to be ended.
      if (this.closed) return;
      // The server may still have the publication that we gave up.
      await this.#unpublish();
      if (this.#hasClosed()) return;
      this.#standing.trying();
      try {
        this.#connection = this.#connect();
        await this.#publish();
      } catch (thrown) {
        this.#published = false;
        if (this.#hasClosed()) return;
        const error = asClientError(thrown, 'media-failed');
        this.#standing.failed(error);
        if (!this.#canSucceedYet(error)) return;
        notBeforeMs = error.retryAfterMs;
        continue;
      }
      // It was lost again while it was being set up.
      if (this.#published) return;
    }
  }

  /** A server that was restarted knows us again in a moment. */
  #canSucceedYet(error: ClientError): boolean {
    return canSucceedYet(error) || error.advice === 'rejoin';
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

function kindOf({ kind }: MediaStreamTrack): MediaKind {
  return kind === 'audio' ? 'audio' : 'video';
}

/** Tracks are added as they come. */
function whatComesOver(peer: RTCPeerConnection): MediaStream {
  const stream = new MediaStream();
  peer.ontrack = ({ track }) => {
    stream.addTrack(track);
  };
  return stream;
}
