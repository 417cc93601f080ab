import { Emitter } from './emitter.js';
import { ClientError } from './errors.js';
import type { MediaConnection } from './media-connection.js';
import type { MediaConnections } from './media-connections.js';
import { readStatistics, type ConnectionStatistics } from './statistics.js';

interface LocalPublicationEvents extends Record<string, readonly unknown[]> {
  /** The media connection failed for good; close and publish anew to try again. */
  failed: [ClientError];
  /** Ended by us or with the room. Last event, once. */
  closed: [];
}

/** What we offer to the room. The tracks stay the caller's: ending the publication does not stop them. */
export class LocalPublication extends Emitter<LocalPublicationEvents> {
  readonly stream: MediaStream;
  readonly #name: string;
  readonly #connections: MediaConnections;
  readonly #connection: MediaConnection;
  #closed = false;

  /** For Room only: get yours from `room.publish(stream)`. */
  constructor(name: string, stream: MediaStream, connections: MediaConnections) {
    super();
    this.#name = name;
    this.stream = stream;
    this.#connections = connections;
    this.#connection = connections.open(name, {
      failed: (error) => {
        this.emit('failed', error);
      },
    });
    for (const track of stream.getTracks())
      this.peerConnection.addTransceiver(track, { direction: 'sendonly', streams: [stream] });
  }

  get peerConnection(): RTCPeerConnection {
    return this.#connection.peer;
  }

  get closed(): boolean {
    return this.#closed;
  }

  statistics(): Promise<ConnectionStatistics> {
    return readStatistics(this.peerConnection);
  }

  /** Sends another camera or microphone in place of the present one, without negotiation. Rejects with `media-refused`. */
  async replaceTrack(track: MediaStreamTrack): Promise<void> {
    const sender = this.peerConnection.getSenders().find((each) => each.track?.kind === track.kind);
    if (!sender) throw new ClientError('media-refused', `No ${track.kind} is being published.`);
    await sender.replaceTrack(track);
  }

  /** For Room only. */
  async open(): Promise<void> {
    const { signalling } = this.#connections;
    await this.#connection.negotiate(async (sdpOffer) => {
      const { sdpAnswer } = await signalling.request('publishVideo', { sdpOffer, doLoopback: false });
      return sdpAnswer;
    });
  }

  /** Stops publishing, and tells the server. Never rejects; may be called twice. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.end();
    await this.#connections.signalling
      .request('unpublishVideo', {})
      // Refused or lost, it is over either way.
      .catch(() => undefined);
  }

  /** Ends it here, without a word to the server, which knows already. */
  end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#connections.close(this.#name, this.#connection);
    this.emit('closed');
  }
}
