import { Emitter } from './emitter.js';
import type { ClientError } from './errors.js';
import type { MediaConnection } from './media-connection.js';
import type { MediaConnections } from './media-connections.js';
import type { MediaReport } from './media-report.js';
import type { Quality } from './quality.js';
import type { ConnectionStatistics } from './statistics.js';
import type { WireWish } from './subscription-wish.js';

/** What a `Subscription` tells. */
export interface SubscriptionEvents {
  /** The media connection failed and will not recover. The publication subscribes anew. */
  failed: [ClientError];
  /** Packets begin (`true`) or cease (`false`) to come. */
  flowing: [boolean];
  /** How well it comes through has changed. */
  quality: [Quality];
  /** Ended by us, or because the publication or the room ended. Last event, once. */
  closed: [];
}

/** One publication as we receive it, on a peer connection of its own. */
export class Subscription extends Emitter<SubscriptionEvents> {
  /** Fit for `video.srcObject`. Its tracks are there once `Publication.subscribe` resolved. */
  readonly stream = new MediaStream();
  readonly #publisher: string;
  readonly #streamId: string;
  readonly #sender: string;
  readonly #connections: MediaConnections;
  readonly #connection: MediaConnection;
  #closed = false;

  /** @internal For Publication only: get yours from `publication.subscribe()`. */
  constructor(publisher: string, streamId: string, connections: MediaConnections, expectsPackets: () => boolean) {
    super();
    this.#publisher = publisher;
    this.#streamId = streamId;
    this.#sender = `${publisher}_${streamId}`;
    this.#connections = connections;
    this.#connection = connections.open(publisher, streamId, {
      side: 'received',
      expectsPackets,
      flowing: (flows) => {
        this.emit('flowing', flows);
      },
      quality: (quality) => {
        this.emit('quality', quality);
      },
      failed: (error) => {
        this.emit('failed', error);
      },
    });
    this.peerConnection.ontrack = ({ track }) => {
      this.stream.addTrack(track);
    };
    for (const kind of ['audio', 'video']) this.peerConnection.addTransceiver(kind, { direction: 'recvonly' });
  }

  /** The connection of the browser, for what this library does not have. */
  get peerConnection(): RTCPeerConnection {
    return this.#connection.peer;
  }

  /** Whether it has ended. */
  get closed(): boolean {
    return this.#closed;
  }

  /** What its connection carries. */
  statistics(): Promise<ConnectionStatistics> {
    return this.#connection.statistics();
  }

  /** What is being tried, or was, to make the present connection: for help when nothing comes through. */
  report(): Promise<MediaReport> {
    return this.#connection.report();
  }

  /** @internal For Publication only. */
  async open(): Promise<void> {
    const { session } = this.#connections;
    await this.#connection.negotiate(async (sdpOffer) => {
      const { sdpAnswer } = await session.request('receiveVideoFrom', { sender: this.#sender, sdpOffer });
      return sdpAnswer;
    });
  }

  /** @internal For Publication only. Rejects with the server's refusal. A server that does not know wishes is told none. */
  async want(wish: WireWish): Promise<void> {
    const { session, takesWishes } = this.#connections;
    if (this.#closed || !takesWishes) return;
    await session.request('setSubscription', { sender: this.#sender, ...wish });
  }

  /** Stops receiving, and tells the server. Never rejects; may be called twice. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.end();
    await this.#connections.session
      .request('unsubscribeFromVideo', { sender: this.#sender })
      // Whether this was refused or lost, it is over.
      .catch(() => undefined);
  }

  /** @internal For Room only: ends it without telling the server, which knows already. */
  end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#connections.close(this.#publisher, this.#streamId, this.#connection);
    this.emit('closed');
  }
}
