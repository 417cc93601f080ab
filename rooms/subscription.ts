import type { EndpointListener, IceCandidate } from '../media/port.js';
import { RoomError } from './errors.js';
import { OwnedEndpoint } from './owned-endpoint.js';
import type { Participant } from './participant.js';
import type { Publication } from './publication.js';

/** One participant receiving one publication: opening → open → closed. Owns its endpoint; ends with the publication. */
export class Subscription {
  readonly subscriber: Participant;
  readonly publication: Publication;
  readonly #endpoint: OwnedEndpoint;
  #open = false;

  constructor(subscriber: Participant, publication: Publication, early: readonly IceCandidate[]) {
    this.subscriber = subscriber;
    this.publication = publication;
    this.#endpoint = new OwnedEndpoint(early);
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
        publication.connectTo(endpoint),
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

  addCandidate(candidate: IceCandidate): void {
    this.#endpoint.addCandidate(candidate);
  }

  close(): void {
    this.publication.detach(this);
    this.#endpoint.close();
    this.subscriber.forget(this);
  }

  #pipeline() {
    const { pipeline } = this.publication;
    if (!pipeline) throw new RoomError('not-publishing', 'The publication is not open');
    return pipeline;
  }
}
