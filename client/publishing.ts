import type { MediaKind } from './ask.js';
import { BackOff } from './back-off.js';
import { ClientError, asClientError, canSucceedYet } from './errors.js';
import type { MediaConnection } from './media-connection.js';
import type { MediaConnections } from './media-connections.js';
import { Standing, type PublicationState } from './publication-state.js';
import type { ReadPublishOptions } from './publish-options.js';
import type { Quality } from './quality.js';
import type { Self } from './self.js';
import { encodingsOf, LayeredSender } from './simulcast.js';
import { wireSources } from './streams.js';

/** What is published: a LocalPublication. */
export interface Published {
  readonly stream: MediaStream;
  readonly tracks: readonly MediaStreamTrack[];
  /** The kinds that there is to be room for. */
  readonly kinds: readonly MediaKind[];
  isMuted(kind: MediaKind): boolean;
  tellMuted(): void;
}

/** Is told what becomes of it: a LocalPublication. */
export interface PublishingOwner {
  readonly state: (state: PublicationState, failure: ClientError | undefined) => void;
  readonly quality: (quality: Quality) => void;
  readonly reconnecting: (error: ClientError) => void;
  readonly reconnected: () => void;
}

/**
 * The way of our own stream to the server: one connection after another, until it is published or ended. Nothing follows its end but
 * the state `closed`.
 */
export class Publishing {
  readonly #published: Published;
  readonly #options: ReadPublishOptions;
  readonly #self: Self;
  readonly #connections: MediaConnections;
  readonly #owner: PublishingOwner;
  readonly #backOff: BackOff;
  readonly #standing: Standing;
  #quality: Quality = 'unknown';
  #connection: MediaConnection;
  /** What there is room for in the present connection. */
  readonly #senders = new Map<MediaKind, RTCRtpSender>();
  /** Sends the picture of the present connection. */
  #layered: LayeredSender | undefined;
  /** Nobody wants the picture at present, so that it is not sent. */
  #isUnwanted = false;
  #dataChannel: RTCDataChannel | undefined;
  #loopback: MediaStream | undefined;
  /** Whether the server has accepted our last offer, as far as we know. */
  #isPublished = false;
  /** Whether an attempt to open it or to bring it back is under way. */
  #busy = false;
  /** The present connection was made for other kinds of media than are to be sent now. */
  #outdated = false;
  #closed = false;

  /** Throws why there is no connection. */
  constructor(
    published: Published,
    options: ReadPublishOptions,
    self: Self,
    connections: MediaConnections,
    owner: PublishingOwner,
  ) {
    this.#published = published;
    this.#options = options;
    this.#self = self;
    this.#connections = connections;
    this.#owner = owner;
    this.#backOff = new BackOff(connections.session.clock);
    this.#standing = new Standing(owner.state);
    this.#connection = this.#connect();
  }

  get connection(): MediaConnection {
    return this.#connection;
  }

  get dataChannel(): RTCDataChannel | undefined {
    return this.#dataChannel;
  }

  get loopback(): MediaStream | undefined {
    return this.#loopback;
  }

  get state(): PublicationState {
    return this.#standing.state;
  }

  get failure(): ClientError | undefined {
    return this.#standing.failure;
  }

  get quality(): Quality {
    return this.#quality;
  }

  /** What sends that kind. Undefined: there is no room for it in the present connection. */
  senderOf(kind: MediaKind): RTCRtpSender | undefined {
    return this.#senders.get(kind);
  }

  /** As `LocalPublication.retry`. */
  retry(): void {
    if (this.#closed || this.state === 'live') return;
    if (!this.#busy) {
      this.#isPublished = false;
      this.#restore();
    }
    this.#backOff.hurry();
  }

  /** The first attempt. Rejects when another one would fail too, or when it is closed meanwhile. */
  async open(): Promise<void> {
    this.#busy = true;
    let error = new ClientError('media-failed', 'Lost as soon as it was published.');
    try {
      await this.#publish();
    } catch (thrown) {
      error = asClientError(thrown, 'media-failed');
      if (this.#closed || !this.#canSucceedYet(error)) throw error;
      this.#isPublished = false;
    } finally {
      this.#busy = false;
    }
    if (!this.#isPublished) this.#beginAgain(error);
  }

  /** The media server has lost the stream. An attempt that is under way fails or succeeds by itself. */
  lost(error: ClientError): void {
    if (!this.#isPublished || this.#closed) return;
    this.#isPublished = false;
    if (!this.#busy) this.#beginAgain(error);
  }

  /** Other kinds of media are to be sent from now on. */
  anew(): void {
    this.#outdated = true;
    this.#isPublished = false;
    if (this.#closed || this.#busy) return;
    this.#standing.trying();
    this.#owner.reconnecting(new ClientError('media-failed', 'Published anew, with other kinds of media.'));
    this.#restore();
  }

  /** Ends it without telling the server. */
  end(): void {
    this.#closed = true;
    this.#backOff.hurry();
    this.#self.publishes(this.#options.id, undefined);
    this.#connections.close(this.#self.id, this.#options.id, this.#connection);
  }

  /** After `end`: the last state. */
  close(): void {
    this.#standing.close();
  }

  /** Of the sizes of the picture, those that somebody wants. */
  layersWanted(layers: readonly boolean[]): void {
    this.#isUnwanted = !layers.includes(true);
    this.#layered?.send(layers);
  }

  /** Tells the server that it has ended. Never rejects. */
  async unpublish(): Promise<void> {
    await this.#connections.session
      .request('unpublishVideo', this.#connections.hasStreams ? { stream: this.#options.id } : {})
      // Whether this was refused or lost, it is over.
      .catch(() => undefined);
  }

  #connect(): MediaConnection {
    this.#outdated = false;
    const connection = this.#connections.open(this.#self.id, this.#options.id, {
      side: 'sent',
      expectsPackets: () =>
        this.#published.kinds.some((kind) => !this.#published.isMuted(kind) && !(kind === 'video' && this.#isUnwanted)),
      flowing: (flows) => {
        this.#standing.flowing(flows);
      },
      quality: (quality) => {
        this.#quality = quality;
        this.#owner.quality(quality);
      },
      failed: (error) => {
        this.lost(error);
      },
    });
    try {
      this.#fill(connection.peer);
    } catch (error) {
      this.#connections.close(this.#self.id, this.#options.id, connection);
      throw asClientError(error, 'media-refused');
    }
    return connection;
  }

  #fill(peer: RTCPeerConnection): void {
    const { loopback, dataChannel, simulcast } = this.#options;
    const { stream, tracks, kinds } = this.#published;
    const direction = loopback ? 'sendrecv' : 'sendonly';
    this.#senders.clear();
    this.#isUnwanted = false;
    this.#layered = undefined;
    for (const kind of kinds) {
      const track = tracks.find((each) => each.kind === kind);
      const layers = simulcast ? this.#connections.layers : 1;
      const sendEncodings = track && kind === 'video' && layers > 1 ? encodingsOf(track, layers) : [];
      const isLayered = sendEncodings.length > 0;
      const { sender } = peer.addTransceiver(track ?? kind, {
        ...{ direction, streams: [stream] },
        ...(isLayered && { sendEncodings }),
      });
      this.#senders.set(kind, sender);
      if (kind === 'video') this.#layered = new LayeredSender(sender);
    }
    if (loopback) this.#loopback = whatComesOver(peer);
    if (dataChannel) this.#dataChannel = peer.createDataChannel(this.#self.id);
  }

  async #publish(): Promise<void> {
    const { session } = this.#connections;
    const { id, source } = this.#options;
    // Before it is published, so that nobody is shown otherwise for a moment.
    this.#published.tellMuted();
    await this.#connection.negotiate(async (sdpOffer) => {
      const { sdpAnswer } = await session.request('publishVideo', {
        sdpOffer,
        doLoopback: this.#options.loopback,
        ...(this.#connections.hasStreams && { stream: id, source: wireSources[source] }),
      });
      this.#isPublished = true;
      return sdpAnswer;
    });
    this.#layered?.negotiated();
    if (this.#outdated) this.#isPublished = false;
    else if (!this.#closed) this.#self.publishes(id, { source, kinds: this.#published.kinds });
  }

  #beginAgain(error: ClientError): void {
    this.#standing.lost(error);
    this.#owner.reconnecting(error);
    this.#restore(error.retryAfterMs);
  }

  #restore(notBeforeMs?: number): void {
    this.#busy = true;
    void this.#republish(notBeforeMs).finally(() => {
      this.#busy = false;
      if (this.#isPublished && !this.#closed) this.#owner.reconnected();
    });
  }

  /** Tries until it is published or closed, or until another attempt would fail too. The loss of the room closes it. */
  async #republish(notBeforeMs?: number): Promise<void> {
    for (;;) {
      await this.#backOff.wait(notBeforeMs);
      // Another one may have been published meanwhile, which is not to be ended.
      if (this.#closed) return;
      // The server may still have the publication that we gave up.
      await this.unpublish();
      if (this.#hasClosed()) return;
      this.#standing.trying();
      try {
        this.#connection = this.#connect();
        await this.#publish();
      } catch (thrown) {
        this.#isPublished = false;
        if (this.#hasClosed()) return;
        const error = asClientError(thrown, 'media-failed');
        this.#standing.failed(error);
        if (!this.#canSucceedYet(error)) return;
        notBeforeMs = error.retryAfterMs;
        continue;
      }
      // It was lost again while it was being set up.
      if (this.#isPublished) return;
    }
  }

  /** A server that was restarted knows us again in a moment. */
  #canSucceedYet(error: ClientError): boolean {
    return canSucceedYet(error) || error.advice === 'rejoin';
  }

  /** A method: it may change during any `await`, which the compiler does not see of a field. */
  #hasClosed(): boolean {
    return this.#closed;
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
