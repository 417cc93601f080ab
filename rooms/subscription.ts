import type { EndpointListener, IceCandidate, MediaKind } from '../media/port.js';
import { RoomError } from './errors.js';
import type { Feed } from './feed.js';
import type { Mutable } from './mute.js';
import { OwnedEndpoint } from './owned-endpoint.js';
import type { Participant } from './participant.js';
import type { Publication } from './publication.js';

/** One participant receiving one publication: opening → open → closed. Owns its endpoint; ends with the publication. */
export class Subscription {
  readonly subscriber: Participant;
  readonly publication: Publication;
  readonly #endpoint: OwnedEndpoint;
  readonly #feed: Feed;
  #open = false;

  constructor(subscriber: Participant, publication: Publication, early: readonly IceCandidate[]) {
    this.subscriber = subscriber;
    this.publication = publication;
    this.#endpoint = new OwnedEndpoint(early);
    this.#feed = publication.feed();
    publication.attach(this);
  }

  get closed(): boolean {
    return this.#endpoint.closed;
  }

  get state(): 'opening' | 'open' | 'closed' {
    if (this.#endpoint.closed) return 'closed';
    return this.#open ? 'open' : 'opening';
  }

  /** @throws RoomError `not-publishing` if the publication ended, or as `OwnedEndpoint.negotiate`; closed then */
  async open(sdpOffer: string, listener: EndpointListener): Promise<string> {
    const { publication } = this;
    try {
      // The source is connected before the offer is processed: the engine then answers with the codec of the source.
      const sdpAnswer = await this.#endpoint.negotiate(this.#pipeline(), sdpOffer, {}, listener, (endpoint) =>
        this.#feed.open(endpoint),
      );
      this.#open = true;
      return sdpAnswer;
    } catch (error) {
      this.close();
      if (publication.state === 'closed' && !this.subscriber.closed) {
        throw new RoomError('not-publishing', `${publication.publisher.id} stopped publishing`, { cause: error });
      }
      throw error;
    }
  }

  /** What is cut for this subscriber alone. */
  get muted(): readonly MediaKind[] {
    return this.#feed.muted.kinds;
  }

  /** Cuts media for this subscriber alone. @throws RoomError `media-failed`, `not-publishing` when it has ended */
  async mute(what: Mutable): Promise<void> {
    this.#assertNotClosed();
    this.#feed.muted.add(what);
    await this.#feed.update();
  }

  /** Undoes every `mute` of this subscription. @throws RoomError as `mute` */
  async unmute(): Promise<void> {
    this.#assertNotClosed();
    this.#feed.muted.clear();
    await this.#feed.update();
  }

  /** Called by the publication when its own mute changed. */
  update(): Promise<void> {
    return this.#feed.update();
  }

  /** Called by the publication when its video has another source. @throws as `Feed.reroute` */
  reroute(): Promise<void> {
    return this.#feed.reroute();
  }

  addCandidate(candidate: IceCandidate): void {
    this.#endpoint.addCandidate(candidate);
  }

  close(): void {
    this.publication.detach(this);
    this.#feed.close();
    this.#endpoint.close();
    this.subscriber.forget(this);
  }

  #assertNotClosed(): void {
    if (this.#endpoint.closed) throw new RoomError('not-publishing', 'The subscription has ended');
  }

  #pipeline() {
    const { pipeline } = this.publication;
    if (!pipeline) throw new RoomError('not-publishing', 'The publication is not open');
    return pipeline;
  }
}
