import type { EndpointListener, IceCandidate, Pipeline } from '../media/port.js';
import { OwnedEndpoint } from './owned-endpoint.js';
import type { Endpoint } from '../media/port.js';
import type { Participant } from './participant.js';
import type { Subscription } from './subscription.js';

export interface PublishOptions {
  /** Send the publisher her own media back on the same connection. */
  readonly loopback?: boolean;
  readonly dataChannels?: boolean;
}

/** A stream a participant offers to the room: opening → open → closed. Owns its endpoint and ends its subscriptions. */
export class Publication {
  readonly publisher: Participant;
  readonly #endpoint: OwnedEndpoint;
  readonly #subscriptions = new Set<Subscription>();
  #pipeline: Pipeline | undefined;
  #openedAt: number | undefined;

  constructor(publisher: Participant, early: readonly IceCandidate[]) {
    this.publisher = publisher;
    this.#endpoint = new OwnedEndpoint(early);
  }

  get state(): 'opening' | 'open' | 'closed' {
    if (this.#endpoint.closed) return 'closed';
    return this.#openedAt === undefined ? 'opening' : 'open';
  }

  /** When it opened, in ms since 1970; undefined before. */
  get openedAt(): number | undefined {
    return this.#openedAt;
  }

  get subscriptions(): ReadonlySet<Subscription> {
    return this.#subscriptions;
  }

  /** @throws RoomError as `OwnedEndpoint.negotiate`; the publication is closed then */
  async open(
    pipeline: Pipeline,
    sdpOffer: string,
    options: PublishOptions,
    listener: EndpointListener,
  ): Promise<string> {
    this.#pipeline = pipeline;
    const loopback = async (endpoint: Endpoint) => {
      if (options.loopback) await endpoint.connect(endpoint);
    };
    const endpointOptions = { dataChannels: options.dataChannels ?? false };
    const sdpAnswer = await this.#endpoint.negotiate(pipeline, sdpOffer, endpointOptions, listener, loopback);
    this.#openedAt = this.publisher.room.now();
    return sdpAnswer;
  }

  /** Adds a subscription, which from now on ends with the publication. */
  attach(subscription: Subscription): void {
    this.#subscriptions.add(subscription);
  }

  detach(subscription: Subscription): void {
    this.#subscriptions.delete(subscription);
  }

  /** Sends this publication's media to a subscription's endpoint. @throws RoomError `not-publishing` */
  connectTo(sink: Endpoint): Promise<void> {
    return this.#endpoint.connectTo(sink);
  }

  /** The pipeline this publication lives in; subscriptions must be made in the same one. */
  get pipeline(): Pipeline | undefined {
    return this.#pipeline;
  }

  addCandidate(candidate: IceCandidate): void {
    this.#endpoint.addCandidate(candidate);
  }

  close(): void {
    for (const subscription of this.#subscriptions) subscription.close();
    this.#endpoint.close();
  }
}
