import type {
  CarriedMedia,
  EndpointListener,
  IceCandidate,
  MediaKind,
  MemberOptions,
  Pipeline,
  VideoFilter,
} from '../media/port.js';
import { EarlyCandidates } from './early-candidates.js';
import { RoomError } from './errors.js';
import type * as api from './index.js';
import { ufragsIn } from './ice-ufrags.js';
import { mediaKinds } from './muted-kinds.js';
import { kindsSentBy, offerWithout } from './offer-kinds.js';
import type { Participant } from './participant.js';
import { HeldCandidates } from './held-candidates.js';
import { Publication } from './publication.js';
import type { ParticipantRecord, PublicationRecord, SubscriptionRecord } from './records.js';
import { allowedKinds, unpublishable } from './rights.js';
import type { ConnectionWatcher } from './rooms-options.js';
import { SerialQueue } from './serial-queue.js';
import { maxStreams, sourceOf, usualSource, webcam } from './streams.js';
import type { StreamSource } from './streams.js';
import { Subscription } from './subscription.js';

/** What one participant publishes and receives. Negotiated in a queue of its own. */
export class ParticipantMedia {
  readonly #owner: Participant;
  readonly #negotiations = new SerialQueue();
  readonly #early = new EarlyCandidates();
  /** By stream id, in their order. Those that are opening too. */
  readonly #publications = new Map<string, Publication>();
  /** Made with the first one: most people of a large room never need it. */
  #subscriptions: Map<Participant, readonly Subscription[]> | undefined;
  /** For protocols that know one stream of a participant. */
  #shown: Publication | undefined;
  #filter: VideoFilter | undefined;

  constructor(owner: Participant) {
    this.#owner = owner;
  }

  /** What its endpoints and filters have in common: they are on one media server. */
  get member(): MemberOptions {
    const { slot, region } = this.#owner;
    return { member: String(slot), ...(region !== undefined && { region }) };
  }

  get publications(): readonly Publication[] {
    if (this.#publications.size === 0) return [];
    return [...this.#publications.values()].filter(({ state }) => state === 'open');
  }

  get pendingPublications(): readonly Publication[] {
    return [...this.#publications.values()];
  }

  get shown(): Publication | undefined {
    return this.#shown?.state === 'open' ? this.#shown : undefined;
  }

  publicationOf(stream: string): Publication | undefined {
    const publication = this.#publications.get(stream);
    return publication?.state === 'open' ? publication : undefined;
  }

  get subscriptions(): readonly Subscription[] {
    return [...(this.#subscriptions?.values() ?? [])].flat();
  }

  /** What the media server tells of all of it together: the sum of the packets, and the worst of the rest. */
  get carried(): CarriedMedia | undefined {
    const all = [...this.publications, ...this.subscriptions].flatMap(({ carried }) => carried ?? []);
    if (all.length === 0) return undefined;
    const worst = Math.max(...all.map(({ roundTripMs = 0 }) => roundTripMs));
    return {
      packetsIn: all.reduce((sum, { packetsIn }) => sum + packetsIn, 0),
      loss: Math.max(...all.map(({ loss }) => loss)),
      ...(worst > 0 && { roundTripMs: worst }),
    };
  }

  /** @param stream undefined: any of them */
  subscriptionTo(publisher: Participant, stream?: string): Subscription | undefined {
    return this.#subscriptions
      ?.get(publisher)
      ?.find(({ publication }) => stream === undefined || publication.id === stream);
  }

  /** @throws RoomError as `api.Participant.publish` */
  async publish(sdpOffer: string, options: api.PublishOptions): Promise<api.Published> {
    const { stream = webcam } = options;
    const { source = usualSource(stream) } = options;
    const kinds = this.#assertMayPublish(source, kindsSentBy(sdpOffer));
    this.#assertPlaceFor(stream);
    const owner = this.#owner;
    // Of all kinds, not of those found in the offer: a media server may read an offer otherwise.
    const allowed = allowedKinds(owner.grants, source, mediaKinds);
    const refused = mediaKinds.filter((kind) => !allowed.includes(kind));
    const { taken, filter: ownFilter } = options;
    const offered = { id: stream, source, kinds, refused, ...(taken && { taken }), options, ownFilter };
    const publication = new Publication(owner, this.#early.take(owner, stream, ufragsIn(sdpOffer)), offered);
    this.#publications.set(stream, publication);
    const listener = this.#listener(publication, publication, options);
    const goOn = owner.room.keepPayer();
    const filterFailed = (failure: RoomError): void => {
      goOn(() => {
        owner.tell({ type: 'mediaFailed', failure });
      });
    };
    const open = async (traced?: ConnectionWatcher): Promise<api.Published> => {
      try {
        const sources = kinds.map((kind) => sourceOf(source, kind));
        const question = owner.room.authorize(owner, { action: 'publish', stream, kinds, sources });
        if (question) await question;
        const pipeline = await owner.room.pipeline();
        const filter = this.filterOf(publication);
        const offer = offerWithout(sdpOffer, refused);
        const heard = alsoTold(listener, traced);
        const sdpAnswer = await publication.open(pipeline, offer, { ...options, filter, filterFailed }, heard);
        return {
          sdpAnswer,
          announce: () => {
            publication.announce();
          },
        };
      } catch (error) {
        publication.discard();
        throw error;
      }
    };
    return this.#negotiations.run(() => owner.room.traced('publish', owner, open));
  }

  /** @param stream undefined: all of them. @throws RoomError `not-publishing` */
  unpublish(stream?: string): void {
    for (const publication of this.#pending(stream)) publication.close('unpublished');
  }

  /** As `unpublish`, by a moderator: the owner of each publication is told. */
  take(stream?: string): void {
    for (const publication of this.#pending(stream)) publication.take();
  }

  /** @throws RoomError as `api.Participant.subscribe` */
  async subscribe(publisher: Participant, sdpOffer: string, options: api.SubscribeOptions): Promise<string> {
    const owner = this.#owner;
    if (publisher === owner) throw new RoomError('own-publication', `${owner.id} cannot subscribe to their own stream`);
    const { stream } = options;
    const publication = stream === undefined ? publisher.publication : publisher.publicationOf(stream);
    if (!publication) {
      const what = stream === undefined ? 'publishing' : `publishing a stream "${stream}"`;
      throw new RoomError('not-publishing', `${publisher.id} is not ${what}`);
    }
    this.subscriptionTo(publisher, publication.id)?.close();
    const subscription = new Subscription(
      owner,
      publication,
      this.#early.take(publisher, publication.id, ufragsIn(sdpOffer)),
    );
    this.#addSubscription(subscription);
    const listener = this.#listener(publication, subscription, options);
    const open = async (traced?: ConnectionWatcher): Promise<string> => {
      try {
        const asked = { action: 'subscribe', publisher: publisher.id, stream: publication.id } as const;
        const question = owner.room.authorize(owner, asked);
        if (question) await question;
      } catch (error) {
        subscription.close();
        throw error;
      }
      return subscription.open(sdpOffer, alsoTold(listener, traced), options.bandwidth);
    };
    return this.#negotiations.run(() => owner.room.traced('subscribe', owner, open));
  }

  /** @throws RoomError as `api.Participant.restart` */
  async restart(publisher: Participant, sdpOffer: string, stream?: string): Promise<string> {
    const isOwn = publisher === this.#owner;
    const publication = stream === undefined ? publisher.publication : publisher.publicationOf(stream);
    const carrier = isOwn ? publication : this.subscriptionTo(publisher, publication?.id ?? stream);
    if (!carrier) {
      const what = isOwn ? 'published' : 'received';
      throw new RoomError('not-publishing', `No such stream of ${publisher.id} is ${what} by ${this.#owner.id}`);
    }
    const candidates = this.#early.take(publisher, carrierStream(carrier), ufragsIn(sdpOffer));
    carrier.expect(candidates);
    return this.#negotiations.run(() => carrier.restart(sdpOffer, candidates));
  }

  /** @throws RoomError as `api.Participant.reopen` */
  async reopen(sdpOffer: string, stream?: string): Promise<string> {
    const owner = this.#owner;
    const publication = stream === undefined ? this.shown : this.publicationOf(stream);
    if (!publication) {
      const what = stream === undefined ? 'publishing' : `publishing a stream "${stream}"`;
      throw new RoomError('not-publishing', `${owner.id} is not ${what}`);
    }
    publication.assertSameKinds(sdpOffer);
    const candidates = this.#early.take(owner, publication.id, ufragsIn(sdpOffer));
    publication.expectReopening(candidates);
    const listener = this.#listener(publication, publication, publication.options);
    return this.#negotiations.run(() => publication.reopen(sdpOffer, listener, candidates));
  }

  /** @param stream undefined: all of them */
  unsubscribe(publisher: Participant, stream?: string): void {
    for (const subscription of this.#subscriptionsTo(publisher, stream)) subscription.close();
    this.#early.forget(publisher, stream);
  }

  unsubscribeAll(): void {
    for (const subscription of this.subscriptions) subscription.close();
  }

  /**
   * One that belongs to another offer than those that are known is held for the next negotiation.
   * @param stream undefined: the client knows one stream of each participant. Should it have several endpoints, each gets the candidate,
   *   and those that it is not for do not mind
   */
  addCandidate(publisher: Participant, candidate: IceCandidate, stream?: string): void {
    const endpoints =
      publisher === this.#owner
        ? [...this.#publications.values()].filter(({ id }) => stream === undefined || id === stream)
        : this.#subscriptionsTo(publisher, stream);
    const meant = endpoints.filter((endpoint) => endpoint.isFor(candidate));
    for (const endpoint of meant) endpoint.addCandidate(candidate);
    if (meant.length === 0) this.#early.hold(publisher, stream, candidate);
  }

  get filter(): VideoFilter | undefined {
    return this.#filter;
  }

  /** @throws RoomError `filter-refused`: everything is as it was */
  async setFilter(filter: VideoFilter | undefined): Promise<void> {
    const former = this.#filter;
    this.#filter = filter;
    this.#owner.keep();
    try {
      await this.applyFilter();
    } catch (error) {
      this.#filter = former;
      this.#owner.keep();
      throw error;
    }
  }

  /** Applies the filters that are set to the publications. @throws RoomError `filter-refused` */
  async applyFilter(): Promise<void> {
    await this.#negotiations.run(async () => {
      for (const publication of this.pendingPublications) await publication.applyFilter(this.filterOf(publication));
    });
  }

  /** Runs `task` when nothing else of it is being negotiated or changed. Settles as it does. */
  async inTurn(task: () => Promise<void>): Promise<void> {
    await this.#negotiations.run(task);
  }

  /** What is cut has changed. @throws RoomError `media-failed` */
  async cutChanged(): Promise<void> {
    await Promise.all(this.pendingPublications.map((publication) => publication.cutChanged()));
  }

  /** What the participant may not do any more ends. */
  grantsChanged(): void {
    const { grants } = this.#owner;
    for (const publication of this.pendingPublications) {
      const { source, kinds } = publication;
      if (!grants.canPublish || allowedKinds(grants, source, kinds).length < kinds.length) publication.take();
    }
    if (!grants.canSubscribe) this.unsubscribeAll();
  }

  /** The media server is gone, and the publications with it. The others are told as if they had been unpublished. */
  lost(): void {
    for (const publication of this.pendingPublications) publication.close('media-lost');
  }

  get record(): Pick<ParticipantRecord, 'filter' | 'shown'> {
    return { filter: this.#filter, shown: this.shown?.id };
  }

  /** Goes on with what the owner published in another process. Nobody is told. @param pipeline undefined: it has none */
  restore(
    pipeline: Pipeline | undefined,
    { filter, shown }: ParticipantRecord,
    publications: readonly PublicationRecord[],
    optionsOf: NonNullable<api.Returned['publishing']> = () => ({}),
  ): void {
    this.#filter = filter;
    if (!pipeline) return;
    for (const record of publications) this.#restorePublication(pipeline, record, optionsOf(record.id));
    this.#shown = shown === undefined ? undefined : this.publicationOf(shown);
  }

  /** The same for what it received. Those that it received from are there, with what they publish. */
  restoreSubscription(
    pipeline: Pipeline,
    record: SubscriptionRecord,
    publication: Publication,
    options: api.SubscribeOptions = {},
  ): void {
    const subscription = new Subscription(this.#owner, publication, new HeldCandidates(record.ufrags));
    this.#addSubscription(subscription);
    subscription.restore(pipeline, record, this.#listener(publication, subscription, options));
  }

  /** Another process goes on with everything. */
  letGo(): void {
    for (const each of [...this.pendingPublications, ...this.subscriptions]) each.letGo();
    this.#publications.clear();
    this.#subscriptions?.clear();
    this.#shown = undefined;
  }

  /** The owner is not in the room any more. Nobody is told. */
  end(): void {
    for (const publication of this.pendingPublications) publication.discard();
    this.unsubscribeAll();
  }

  /** Called by a publication. @returns whether protocols that know one stream of a participant show it */
  publicationOpened(publication: Publication): boolean {
    if (!this.#shown) {
      this.#shown = publication;
      this.#owner.keep();
    }
    return this.#shown === publication;
  }

  /** Called by a publication. */
  publicationClosed(publication: Publication): void {
    if (this.#publications.get(publication.id) === publication) this.#publications.delete(publication.id);
    if (this.#shown !== publication) return;
    this.#shown = nextShown(this.publications);
    this.#owner.keep();
  }

  /** Called by a subscription of the owner. */
  subscriptionClosed(subscription: Subscription): void {
    const { publisher } = subscription.publication;
    const others = this.#subscriptionsTo(publisher).filter((each) => each !== subscription);
    if (others.length === 0) this.#subscriptions?.delete(publisher);
    else this.#subscriptions?.set(publisher, others);
  }

  #restorePublication(pipeline: Pipeline, record: PublicationRecord, options: api.PublishOptions): void {
    const { taken } = options;
    const offered = { ...record, ...(taken && { taken }), options };
    const publication = new Publication(this.#owner, new HeldCandidates(record.ufrags), offered);
    this.#publications.set(record.id, publication);
    publication.restore(pipeline, record, this.#listener(publication, publication, options));
  }

  #addSubscription(subscription: Subscription): void {
    const { publisher } = subscription.publication;
    this.#subscriptions ??= new Map<Participant, readonly Subscription[]>();
    this.#subscriptions.set(publisher, [...(this.#subscriptions.get(publisher) ?? []), subscription]);
  }

  #subscriptionsTo(publisher: Participant, stream?: string): readonly Subscription[] {
    const all = this.#subscriptions?.get(publisher) ?? [];
    return stream === undefined ? all : all.filter(({ publication }) => publication.id === stream);
  }

  /** @throws RoomError `not-publishing` */
  #pending(stream?: string): readonly Publication[] {
    const chosen = this.pendingPublications.filter(({ id }) => stream === undefined || id === stream);
    if (chosen.length > 0) return chosen;
    const what = stream === undefined ? 'publishing' : `publishing a stream "${stream}"`;
    throw new RoomError('not-publishing', `${this.#owner.id} is not ${what}`);
  }

  /** @returns those of the kinds that may be published. @throws RoomError `not-allowed` when none may */
  #assertMayPublish(source: StreamSource, offered: readonly MediaKind[]): readonly MediaKind[] {
    // An offer that sends nothing is a publication too, so that its owner may send later.
    const wanted = offered.length > 0 ? offered : mediaKinds;
    const allowed = allowedKinds(this.#owner.grants, source, wanted);
    if (allowed.length === 0) throw unpublishable();
    return offered.length > 0 ? allowed : offered;
  }

  /** @throws RoomError `already-publishing`, `too-many` */
  #assertPlaceFor(stream: string): void {
    const { id } = this.#owner;
    if (this.#publications.has(stream)) {
      const what = stream === webcam ? '' : ` the stream "${stream}"`;
      throw new RoomError('already-publishing', `${id} is already publishing${what}`);
    }
    if (this.#publications.size >= maxStreams) {
      throw new RoomError('too-many', `${id} is publishing ${maxStreams} streams already`);
    }
  }

  /** What is to be done to its video. That of all publications is for faces. */
  filterOf({ source, filter }: Publication): VideoFilter | undefined {
    return filter ?? (source === 'camera' ? (this.#filter ?? this.#owner.room.filter) : undefined);
  }

  /**
   * What the engine reports of an endpoint of the owner, which carries the media of `publication`. Called while the request is served: the
   * client that wanted the endpoint pays for what it is told of it.
   */
  #listener(
    { publisher, id: stream }: Publication,
    carrier: Publication | Subscription,
    { connectionChanged, connectionFailed, candidatesDone, mediaChanged }: api.SubscribeOptions,
  ): EndpointListener {
    const owner = this.#owner;
    const goOn = owner.room.keepPayer();
    return {
      candidateFound: (candidate) => {
        goOn(() => {
          owner.tell({ type: 'candidateFound', publisher, stream, candidate });
        });
      },
      failed: (failure) => {
        goOn(() => {
          owner.tell({ type: 'mediaFailed', failure });
        });
      },
      mediaLost: (failure) => {
        carrier.mediaLost(failure);
      },
      ...(connectionChanged && { connectionChanged }),
      ...(connectionFailed && { connectionFailed }),
      ...(candidatesDone && { candidatesDone }),
      ...(mediaChanged && { mediaChanged }),
      ...(carrier instanceof Publication && {
        layersWanted: (layers) => {
          owner.tell({ type: 'layersWanted', publication: carrier, layers });
        },
      }),
    };
  }
}

/** Somebody else hears of the connection too, if anybody does. */
function alsoTold(listener: EndpointListener, other: ConnectionWatcher | undefined): EndpointListener {
  if (!other) return listener;
  return {
    ...listener,
    connectionChanged: (connected) => {
      listener.connectionChanged?.(connected);
      other.connectionChanged(connected);
    },
    mediaChanged: (isFlowing) => {
      listener.mediaChanged?.(isFlowing);
      other.mediaChanged(isFlowing);
    },
  };
}

function carrierStream(carrier: Publication | Subscription): string {
  return carrier instanceof Publication ? carrier.id : carrier.publication.id;
}

/** A camera before a screen, and a screen before anything else. */
function nextShown(publications: readonly Publication[]): Publication | undefined {
  const of = (source: StreamSource) => publications.find((publication) => publication.source === source);
  return of('camera') ?? of('screen') ?? publications[0];
}
