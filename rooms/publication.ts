import type { Endpoint, EndpointListener, IceCandidate, MediaKind, Pipeline, VideoFilter } from '../media/port.js';
import { RoomError, filterError } from './errors.js';
import type { PublicationEnd } from './events.js';
import { Feed } from './feed.js';
import { Mute } from './mute.js';
import type { Mutable } from './mute.js';
import { OwnedEndpoint } from './owned-endpoint.js';
import type { Participant } from './participant.js';
import { Source } from './source.js';
import type { Subscription } from './subscription.js';

/** Called from the event loop, while the endpoint is there. */
export type ConnectionChanged = (connected: boolean) => void;

export interface PublishOptions {
  /** Send the publisher her own media back on the same connection. */
  readonly loopback?: boolean;
  readonly dataChannels?: boolean;
  /** Told when the publisher's connection has come up, and when it is down. */
  readonly connectionChanged?: ConnectionChanged | undefined;
  /** What is done to the video. When the media server cannot, the owner is told, and it is published as it is. */
  readonly filter?: VideoFilter | undefined;
}

/** A stream a participant offers to the room: opening → open → closed. Owns its endpoint and ends its subscriptions. */
export class Publication {
  readonly publisher: Participant;
  readonly #endpoint: OwnedEndpoint;
  readonly #source: Source;
  readonly #subscriptions = new Set<Subscription>();
  readonly #muted = new Mute();
  readonly #loopback: Feed;
  #pipeline: Pipeline | undefined;
  #filter: VideoFilter | undefined;
  #openedAt: number | undefined;

  constructor(publisher: Participant, early: readonly IceCandidate[]) {
    this.publisher = publisher;
    this.#endpoint = new OwnedEndpoint(early);
    this.#source = new Source(this.#endpoint);
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

  /** Resolves with the SDP answer; the publication is open once `announce` was called. @throws RoomError as `OwnedEndpoint.negotiate`; it is closed then */
  async open(
    pipeline: Pipeline,
    sdpOffer: string,
    options: PublishOptions,
    listener: EndpointListener,
  ): Promise<string> {
    this.#pipeline = pipeline;
    const prepare = async (endpoint: Endpoint) => {
      if (options.filter) await this.#tryFilter(options.filter, listener);
      if (options.loopback) await this.#loopback.open(endpoint);
    };
    const endpointOptions = { dataChannels: options.dataChannels ?? false };
    return this.#endpoint.negotiate(pipeline, sdpOffer, endpointOptions, listener, prepare);
  }

  /** Opens the publication and tells the others. Does nothing the second time, nor when it has ended since `open` resolved. */
  announce(): void {
    if (this.state !== 'opening') return;
    this.#openedAt = this.publisher.room.now();
    this.publisher.room.tell({ type: 'publicationOpened', publisher: this.publisher }, this.publisher);
  }

  /** Ends it. The others are told if they knew it. Does nothing the second time. */
  close(reason: PublicationEnd): void {
    const isKnown = this.state === 'open';
    this.end();
    if (isKnown) {
      const { publisher } = this;
      publisher.room.tell({ type: 'publicationClosed', publisher, reason }, publisher);
    }
  }

  /** As `close`, and nobody is told: it was never open, or the participant ends, and the others are told of that. */
  end(): void {
    this.#loopback.close();
    for (const subscription of this.#subscriptions) subscription.close();
    this.#source.close();
    this.#endpoint.close();
    this.publisher.publicationClosed(this);
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
    return new Feed(this.#source, this.#muted);
  }

  /** What is cut for everybody, the publisher's own loopback included. */
  get muted(): readonly MediaKind[] {
    return this.#muted.kinds;
  }

  /**
   * Cuts media for everybody, at the server (Kurento Room §7.4). Audio and then video adds up to all.
   * @throws RoomError `media-failed`, `not-publishing` when it has ended
   */
  async mute(what: Mutable): Promise<void> {
    this.#assertNotClosed();
    this.#muted.add(what);
    await this.#update();
  }

  /** Lets everything through again that is not muted at a subscription. @throws RoomError as `mute` */
  async unmute(): Promise<void> {
    this.#assertNotClosed();
    this.#muted.clear();
    await this.#update();
  }

  /**
   * Puts a filter in the way of the video, in place of the present one; undefined: none. Refused, it leaves everything as it
   * was. One call at a time: the publisher's queue sees to that.
   * @throws RoomError `filter-refused`
   */
  async setFilter(filter: VideoFilter | undefined): Promise<void> {
    const pipeline = this.#pipeline;
    if (!pipeline || filter === this.#filter) return;
    try {
      await this.#source.change(filter, pipeline, () => this.#reroute());
      this.#filter = filter;
    } catch (error) {
      // What is closed needs no filter any more.
      if (!this.#endpoint.closed) throw filterError(error);
    }
  }

  /** The pipeline this publication lives in; subscriptions must be made in the same one. */
  get pipeline(): Pipeline | undefined {
    return this.#pipeline;
  }

  addCandidate(candidate: IceCandidate): void {
    this.#endpoint.addCandidate(candidate);
  }

  #assertNotClosed(): void {
    if (this.#endpoint.closed) throw new RoomError('not-publishing', 'The publication has ended');
  }

  async #update(): Promise<void> {
    await Promise.all([
      this.#loopback.update(),
      ...[...this.#subscriptions].map((subscription) => subscription.update()),
    ]);
  }

  async #reroute(): Promise<void> {
    await Promise.all([
      this.#loopback.reroute(),
      ...[...this.#subscriptions].map((subscription) => subscription.reroute()),
    ]);
  }

  async #tryFilter(filter: VideoFilter, listener: EndpointListener): Promise<void> {
    try {
      await this.setFilter(filter);
    } catch (error) {
      if (error instanceof RoomError) listener.failed(error);
    }
  }
}
