import type { Endpoint, EndpointListener, IceCandidate, MediaKind, Pipeline } from '../media/port.js';
import { Feed } from './feed.js';
import { Mute } from './mute.js';
import type { Mutable } from './mute.js';
import { OwnedEndpoint } from './owned-endpoint.js';
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
  readonly #muted = new Mute();
  readonly #loopback: Feed;
  #pipeline: Pipeline | undefined;
  #openedAt: number | undefined;

  constructor(publisher: Participant, early: readonly IceCandidate[]) {
    this.publisher = publisher;
    this.#endpoint = new OwnedEndpoint(early);
    this.#loopback = this.feed();
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
      if (options.loopback) await this.#loopback.open(endpoint);
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

  /** A way for this publication's media to one more sink. */
  feed(): Feed {
    return new Feed(this.#endpoint, this.#muted);
  }

  /** What is cut for everybody, the publisher's own loopback included. */
  get muted(): readonly MediaKind[] {
    return this.#muted.kinds;
  }

  /** Cuts media for everybody. @throws RoomError `media-failed` */
  async mute(what: Mutable): Promise<void> {
    this.#muted.add(what);
    await this.#update();
  }

  /** Lets everything through again that is not muted at a subscription. @throws RoomError `media-failed` */
  async unmute(): Promise<void> {
    this.#muted.clear();
    await this.#update();
  }

  /** The pipeline this publication lives in; subscriptions must be made in the same one. */
  get pipeline(): Pipeline | undefined {
    return this.#pipeline;
  }

  addCandidate(candidate: IceCandidate): void {
    this.#endpoint.addCandidate(candidate);
  }

  async #update(): Promise<void> {
    await Promise.all([
      this.#loopback.update(),
      ...[...this.#subscriptions].map((subscription) => subscription.update()),
    ]);
  }

  close(): void {
    this.#loopback.close();
    for (const subscription of this.#subscriptions) subscription.close();
    this.#endpoint.close();
  }
}
