import type { LocalPublication } from '../local-publication.js';
import { ClientError } from '../errors.js';
import { openDevices } from '../devices.js';
import type { Publication } from '../publication.js';
import { OriginalEmitter } from './emitter.js';
import type { OriginalParticipant } from './participant.js';
import { playThumbnail, videoFor } from './pictures.js';
import type { OriginalRoom } from './room.js';

export interface StreamOptions {
  readonly id?: string | undefined;
  readonly audio?: boolean | undefined;
  readonly video?: boolean | undefined;
  /** Asks for a data channel beside the media. */
  readonly data?: boolean | undefined;
}

/** What pages use although it is internal. */
interface WebRtcPeer {
  readonly peerConnection: RTCPeerConnection;
  addIceCandidate(candidate: RTCIceCandidateInit, callback?: (error?: unknown) => void): void;
  send(data: string): void;
  dispose(): void;
}

/** A stream, ours or somebody else's (original browser library: Stream). */
export class OriginalStream extends OriginalEmitter {
  readonly room: OriginalRoom;
  readonly #participant: OriginalParticipant;
  readonly #options: StreamOptions;
  #media: MediaStream | undefined;
  #peerConnection: (() => RTCPeerConnection) | undefined;
  #stop: (() => Promise<void>) | undefined;
  #channel: () => RTCDataChannel | undefined = () => undefined;
  #looped = false;
  /** Our own stream as the server sends it back. */
  #returned: () => MediaStream | undefined = () => undefined;
  #mirror: MediaStream | undefined;
  readonly #elements = new Set<HTMLElement>();
  readonly #videos = new Set<HTMLVideoElement>();

  /** @internal For pages: `Kurento` makes it. */
  constructor(room: OriginalRoom, participant: OriginalParticipant, options: StreamOptions) {
    super();
    this.room = room;
    this.#participant = participant;
    this.#options = options;
  }

  getID(): string {
    return this.#options.id ?? 'webcam';
  }

  getGlobalID(): string {
    return `${this.#participant.getID()}_${this.getID()}`;
  }

  getParticipant(): OriginalParticipant {
    return this.#participant;
  }

  /** The media: ours once `access-accepted`, others' once `stream-subscribed`. */
  getWrStream(): MediaStream | undefined {
    return this.#media;
  }

  getRecvVideo(): boolean {
    return this.#options.video ?? true;
  }

  getRecvAudio(): boolean {
    return this.#options.audio ?? true;
  }

  get isLocal(): boolean {
    return this.room.getLocalParticipant() === this.#participant;
  }

  /** Asks for camera and microphone. */
  init(): void {
    const { audio: microphone = true, video: camera = true } = this.#options;
    openDevices({ camera, microphone }).then(
      (media) => {
        this.#media = media;
        this.#showAll();
        this.emitEvent('access-accepted', [null]);
      },
      (error: unknown) => {
        this.emitEvent('access-denied', [error]);
      },
    );
  }

  publish(): void {
    void this.room.publish(this, this.#looped);
  }

  subscribe(): void {
    this.room.subscribe(this);
  }

  unpublish(): void {
    void this.#stop?.();
    this.#stop = undefined;
  }

  /** Publishes so that we get our own stream back from the server. */
  subscribeToMyRemote(): void {
    this.#looped = true;
  }

  displayMyRemote(): boolean {
    return this.#looped;
  }

  /** Shows this in place of the stream that comes back. */
  mirrorLocalStream(media?: MediaStream): void {
    this.#mirror = media ?? this.#media;
    this.#showAll();
  }

  isLocalMirrored(): boolean {
    return this.#mirror !== undefined;
  }

  getWebRtcPeer(): WebRtcPeer | undefined {
    const connection = this.#peerConnection;
    if (!connection) return undefined;
    return {
      get peerConnection() {
        return connection();
      },
      addIceCandidate: (candidate, callback) => {
        connection()
          .addIceCandidate(candidate)
          .then(
            () => callback?.(),
            (error: unknown) => callback?.(error),
          );
      },
      send: (data) => {
        this.sendData(data);
      },
      dispose: () => {
        this.dispose();
      },
    };
  }

  isDataChannelEnabled(): boolean {
    return this.#options.data ?? false;
  }

  isDataChannelOpened(): boolean {
    return this.#channel()?.readyState === 'open';
  }

  /** Throws before the channel is open. */
  sendData(data: string): void {
    const channel = this.#channel();
    if (channel?.readyState !== 'open') throw new Error('The data channel of this stream is not open');
    channel.send(data);
  }

  /** Appends a video to an element, or to that of an id. */
  playOnlyVideo(parent: HTMLElement | string, thumbnailId?: string): HTMLVideoElement {
    const video = videoFor(this.getGlobalID(), this.isLocal && !this.#looped);
    this.#videos.add(video);
    this.#elements.add(video);
    this.#showAll();
    const element = typeof parent === 'string' ? document.getElementById(parent) : parent;
    element?.append(video);
    if (thumbnailId)
      video.addEventListener('playing', () => document.getElementById(`progress-${thumbnailId}`)?.remove());
    return video;
  }

  /** Appends picture and name to the element of that id. */
  playThumbnail(elementId: string): HTMLDivElement {
    const thumbnail = playThumbnail(this.getGlobalID(), this.#participant.getID());
    this.#elements.add(thumbnail);
    document.getElementById(elementId)?.append(thumbnail);
    this.playOnlyVideo(thumbnail, this.getGlobalID());
    return thumbnail;
  }

  dispose(): void {
    for (const element of this.#elements) element.remove();
    this.#elements.clear();
    this.#videos.clear();
    if (this.isLocal) for (const track of this.#media?.getTracks() ?? []) track.stop();
    this.#media = undefined;
  }

  /** @internal Called by the room: the server has accepted this publication. */
  published(publication: LocalPublication): void {
    this.#peerConnection = () => publication.peerConnection;
    this.#stop = () => publication.close();
    this.#channel = () => publication.dataChannel;
    this.#returned = () => publication.loopback;
    publication.on('reconnected', () => {
      this.#showAll();
    });
    this.#showAll();
  }

  /** @internal Called by the room: subscribes; rejects as Publication.subscribe. */
  async receive(publication: Publication): Promise<void> {
    const show = ({ stream, peerConnection }: { stream: MediaStream; peerConnection: RTCPeerConnection }): void => {
      this.#media = stream;
      this.#peerConnection = () => publication.subscription?.peerConnection ?? peerConnection;
      this.#showAll();
    };
    publication.on('subscribed', show);
    this.#stop = async () => publication.subscription?.close();
    const subscription = await publication.subscribe();
    show(subscription);
  }

  requireMedia(): MediaStream {
    if (this.#media) return this.#media;
    throw new ClientError('device-missing', 'There is no camera or microphone yet: call init first.');
  }

  #showAll(): void {
    const media = this.#mirror ?? this.#returned() ?? this.#media;
    for (const video of this.#videos) video.srcObject = media ?? null;
  }
}
