import type {
  Bandwidth,
  CarriedMedia,
  EndpointListener,
  IceCandidate,
  MediaFailure,
  MediaKind,
  Pipeline,
} from '../media/port.js';
import { RoomError } from './errors.js';
import type { Feed } from './feed.js';
import type { HeldCandidates } from './held-candidates.js';
import type * as api from './index.js';
import { mediaKinds } from './muted-kinds.js';
import type { MutableKind } from './muted-kinds.js';
import { OwnedEndpoint } from './owned-endpoint.js';
import type { Participant } from './participant.js';
import type { Publication } from './publication.js';
import { fieldOf } from './records.js';
import type { SubscriptionRecord } from './records.js';
import { changedWish } from './subscription-wish.js';
import type { LayerWish, SubscriptionWish } from './subscription-wish.js';

/** Owns its endpoint. */
export class Subscription implements api.Subscription {
  readonly subscriber: Participant;
  readonly publication: Publication;
  readonly #endpoint: OwnedEndpoint;
  readonly #feed: Feed;
  #open = false;
  #wish: LayerWish = {};

  constructor(subscriber: Participant, publication: Publication, candidates: HeldCandidates) {
    this.subscriber = subscriber;
    this.publication = publication;
    this.#endpoint = new OwnedEndpoint(candidates);
    this.#feed = publication.feed();
    publication.subscribed(this);
  }

  get state(): 'opening' | 'open' | 'closed' {
    if (this.#endpoint.closed) return 'closed';
    return this.#open ? 'open' : 'opening';
  }

  /** As `Endpoint.carried`, without what was lost on the way from the publisher. */
  get carried(): CarriedMedia | undefined {
    const { carried } = this.#endpoint;
    return carried && { ...carried, loss: Math.max(0, carried.loss - (this.publication.carried?.loss ?? 0)) };
  }

  /**
   * Negotiates. @returns the SDP answer
   * @throws RoomError `not-publishing` if the publication ended, or as `OwnedEndpoint.negotiate`; the subscription is closed then
   */
  async open(sdpOffer: string, listener: EndpointListener, bandwidth?: Bandwidth): Promise<string> {
    const { publication } = this;
    try {
      this.subscriber.room.lastN.begins(this);
      // The publication is connected before the offer is processed: then the engine answers with the codec of the publication.
      const options = { ...this.subscriber.media.member, ...(bandwidth && { bandwidth }) };
      const sdpAnswer = await this.#endpoint.negotiate(this.#pipeline(), sdpOffer, options, listener, (endpoint) => {
        this.#tellWish();
        return this.#feed.open(endpoint);
      });
      this.#open = true;
      this.#keep();
      return sdpAnswer;
    } catch (error) {
      this.close();
      if (publication.state === 'closed' && !this.subscriber.closed) {
        throw new RoomError('not-publishing', `${publication.publisher.id} stopped publishing`, { cause: error });
      }
      throw error;
    }
  }

  /** Its subscriber has another network. @throws RoomError as `OwnedEndpoint.restart` */
  async restart(sdpOffer: string, candidates: HeldCandidates): Promise<string> {
    const sdpAnswer = await this.#endpoint.restart(sdpOffer, candidates);
    this.#keep();
    return sdpAnswer;
  }

  /** Goes on with what another process has opened. */
  restore(
    pipeline: Pipeline,
    { endpoint, connected, muted, unwanted = [], held = [], wish = {} }: SubscriptionRecord,
    listener: EndpointListener,
  ): void {
    for (const kind of muted) this.#feed.muted.add(kind);
    this.#feed.unwanted.replace(unwanted);
    this.#feed.held.replace(held);
    this.#wish = wish;
    this.#feed.adopt(this.#endpoint.adopt(pipeline, endpoint, listener), connected);
    this.#open = true;
  }

  /** Undefined while it is not open. */
  get record(): SubscriptionRecord | undefined {
    const { publisher, id: stream } = this.publication;
    const { slot } = this.subscriber;
    const { record: endpoint } = this.#endpoint;
    if (!this.#open || endpoint === undefined) return undefined;
    return {
      ...{ slot, publisher: publisher.slot, stream, endpoint },
      ...(this.#endpoint.ufrags.length > 0 && { ufrags: [...this.#endpoint.ufrags] }),
      ...{ connected: [...(this.#feed.connected ?? [])], muted: [...this.muted] },
      ...{ unwanted: [...this.#feed.unwanted.kinds], held: [...this.#feed.held.kinds], wish: this.#wish },
    };
  }

  get muted(): readonly MediaKind[] {
    return this.#feed.muted.kinds;
  }

  async mute(what: MutableKind): Promise<void> {
    this.#assertNotClosed();
    this.#feed.muted.add(what);
    await this.mutesChanged();
  }

  async unmute(): Promise<void> {
    this.#assertNotClosed();
    this.#feed.muted.clear();
    await this.mutesChanged();
  }

  async want(wish: SubscriptionWish): Promise<void> {
    this.#assertNotClosed();
    const { unwanted } = this.#feed;
    const isWanted = { audio: !unwanted.has('audio'), video: !unwanted.has('video') };
    const wanted = { audio: wish.audio ?? isWanted.audio, video: wish.video ?? isWanted.video };
    unwanted.replace(mediaKinds.filter((kind) => !wanted[kind]));
    this.#wish = changedWish(this.#wish, wish);
    this.#tellWish();
    this.subscriber.room.lastN.changed();
    await this.mutesChanged();
  }

  /** As in `ReceiverWish`. */
  get priority(): number {
    return this.#wish.priority ?? 0;
  }

  /** Whether the room does not give it the video at present. */
  get isVideoHeld(): boolean {
    return this.#feed.held.has('video');
  }

  /** Called by the room, before it is connected. */
  holdVideo(isHeld: boolean): void {
    this.#feed.held.replace(isHeld ? ['video'] : []);
  }

  /** The same afterwards. @throws RoomError as `mute` */
  async changeVideo(isHeld: boolean): Promise<void> {
    this.holdVideo(isHeld);
    await this.mutesChanged();
  }

  /** Whose bandwidth it takes counts from the beginning. Of streams that matter as much to a subscriber, screens come first. */
  #tellWish(): void {
    const { unwanted } = this.#feed;
    const { priority = 0, ...wish } = this.#wish;
    const isScreen = this.publication.source === 'screen';
    this.#endpoint.want({
      ...{ audio: !unwanted.has('audio'), video: !unwanted.has('video') },
      ...wish,
      // The priorities of clients are whole numbers.
      priority: priority + (isScreen ? 0.5 : 0),
      receiver: this.subscriber.media.member.member,
    });
  }

  /** Called by a moderator: as `mute` of some kinds, or undoes that. @throws RoomError as `mute` */
  async cut(kinds: readonly MediaKind[], isCut: boolean): Promise<void> {
    this.#assertNotClosed();
    for (const kind of kinds) {
      if (isCut) this.#feed.muted.add(kind);
      else this.#feed.muted.delete(kind);
    }
    await this.mutesChanged();
  }

  /** As `OwnedEndpoint.expect`. */
  expect(candidates: HeldCandidates): void {
    this.#endpoint.expect(candidates);
  }

  /** As `OwnedEndpoint.isFor`. */
  isFor(candidate: IceCandidate): boolean {
    return this.#endpoint.isFor(candidate);
  }

  addCandidate(candidate: IceCandidate): void {
    this.#endpoint.addCandidate(candidate);
  }

  /** Ends it. Does nothing the second time. */
  close(): void {
    this.publication.subscriptionClosed(this);
    this.#feed.close();
    this.#endpoint.close();
    this.subscriber.media.subscriptionClosed(this);
    this.#keep();
  }

  /** Another process goes on with it. */
  letGo(): void {
    this.#feed.close();
    this.#endpoint.letGo();
  }

  /** The media server has lost its endpoint. */
  mediaLost(failure: MediaFailure): void {
    if (this.#endpoint.closed) return;
    this.close();
    const { publisher, id: stream } = this.publication;
    this.subscriber.tell({ type: 'subscriptionLost', publisher, stream, failure });
  }

  /** Called by the publication. */
  publicationClosed(): void {
    this.close();
  }

  /** Called by the publication when its mutes changed. @throws RoomError as `mute` */
  async mutesChanged(): Promise<void> {
    this.#keep();
    await this.#feed.update();
    this.#keep();
  }

  /** Called by the publication when its video comes from elsewhere. @throws as `Feed.reroute` */
  outputChanged(): Promise<void> {
    return this.#feed.reroute();
  }

  /** Called by the publication when it has another endpoint. @throws as `Feed.reconnect` */
  async endpointChanged(isBack: boolean): Promise<void> {
    await this.#feed.reconnect(isBack);
    this.#keep();
  }

  /** What is kept of it elsewhere has changed. Nothing is before it is open. */
  #keep(): void {
    if (!this.#open) return;
    const { subscriber, publication } = this;
    const field = fieldOf.subscription(subscriber.slot, publication.publisher.slot, publication.id);
    subscriber.room.keep(field, this.#endpoint.closed ? undefined : () => this.record);
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
