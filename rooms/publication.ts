import type {
  CarriedMedia,
  Endpoint,
  EndpointListener,
  EndpointOptions,
  IceCandidate,
  MediaFailure,
  MediaKind,
  Pipeline,
  VideoFilter,
} from '../media/port.js';
import { RoomError, filterError } from './errors.js';
import type { PublicationEnd } from './events.js';
import { Feed } from './feed.js';
import { HeardEndpoint } from './heard-endpoint.js';
import type { HeldCandidates } from './held-candidates.js';
import { canBecome } from './filter-change.js';
import type * as api from './index.js';
import { kindsSentBy, offerWithout } from './offer-kinds.js';
import { MutedKinds } from './muted-kinds.js';
import type { MutableKind } from './muted-kinds.js';
import { OwnedEndpoint } from './owned-endpoint.js';
import type { Participant } from './participant.js';
import { fieldOf } from './records.js';
import type { PublicationRecord } from './records.js';
import { PublicationOutput } from './publication-output.js';
import type { RecordedStream } from './recorded-stream.js';
import { newSid } from './sid.js';
import type { StreamSource } from './streams.js';
import type { Subscription } from './subscription.js';

interface Offered {
  readonly id: string;
  readonly source: StreamSource;
  /** What its offer sends, as far as the publisher may. */
  readonly kinds: readonly MediaKind[];
  /** What the publisher may not send: whatever its client sends of it reaches nobody. */
  readonly refused: readonly MediaKind[];
  /** Told that a moderator has ended it. */
  readonly taken?: () => void;
  /** Those of each of its endpoints. */
  readonly options: api.SubscribeOptions;
  readonly ownFilter?: VideoFilter | undefined;
}

interface OpenOptions extends api.PublishOptions {
  /**
   * What is done to the video. If the media server cannot do it, the publisher is told, and the video is published as it is; but not with a
   * filter of its own.
   */
  readonly filter: VideoFilter | undefined;
  readonly filterFailed: (error: RoomError) => void;
}

/** Owns its endpoint, and ends its subscriptions. */
export class Publication implements api.Publication {
  readonly publisher: Participant;
  readonly #endpoint: OwnedEndpoint;
  readonly #output: PublicationOutput;
  readonly #subscriptions = new Set<Subscription>();
  /** Made with the first one: most publications are never recorded. */
  #recorded: Set<RecordedStream> | undefined;
  readonly #muted = new MutedKinds();
  readonly #refused = new MutedKinds();
  /** What moderators have cut. */
  readonly #cut: Pick<MutedKinds, 'has'> = {
    has: (kind) => this.publisher.presence.isCut(this.id, kind),
  };
  readonly #loopback: Feed;
  readonly id: string;
  readonly source: StreamSource;
  readonly kinds: readonly MediaKind[];
  readonly options: api.SubscribeOptions;
  readonly #taken: (() => void) | undefined;
  /** Its present endpoint. */
  #heard: HeardEndpoint | undefined;
  #pipeline: Pipeline | undefined;
  /** What is done to the video now. */
  #filter: VideoFilter | undefined;
  /** The same where it is its own. */
  #own: VideoFilter | undefined;
  #openedAt: number | undefined;
  #sids: Partial<Record<MediaKind, string>> | undefined;

  constructor(publisher: Participant, candidates: HeldCandidates, offered: Offered) {
    for (const kind of offered.refused) this.#refused.add(kind);
    this.publisher = publisher;
    this.id = offered.id;
    this.source = offered.source;
    this.kinds = offered.kinds;
    this.#taken = offered.taken;
    this.options = offered.options;
    this.#own = offered.ownFilter;
    this.#endpoint = new OwnedEndpoint(candidates);
    this.#output = new PublicationOutput(this.#endpoint, publisher.media.member, (failure) => {
      this.mediaLost(failure);
    });
    this.#loopback = this.feed();
  }

  get state(): 'opening' | 'open' | 'closed' {
    if (this.#endpoint.closed) return 'closed';
    return this.#openedAt === undefined ? 'opening' : 'open';
  }

  /** Made when first asked for. */
  sidOf(kind: MediaKind): string {
    this.#sids ??= {};
    if (this.#sids[kind] === undefined) {
      this.#sids[kind] = newSid('TR');
      this.#keep();
    }
    return this.#sids[kind];
  }

  get openedAt(): number | undefined {
    return this.#openedAt;
  }

  get subscriptions(): ReadonlySet<Subscription> {
    return this.#subscriptions;
  }

  /** As `Endpoint.carried`. */
  get carried(): CarriedMedia | undefined {
    return this.#endpoint.carried;
  }

  /** @returns what `levels` has for its endpoint */
  levelIn(levels: ReadonlyMap<Endpoint, number>): number | undefined {
    return this.#endpoint.valueIn(levels);
  }

  /** Negotiates. It is open once it is announced. @returns the SDP answer. @throws RoomError as `OwnedEndpoint.negotiate` */
  async open(
    pipeline: Pipeline,
    sdpOffer: string,
    { filter, filterFailed, loopback, dataChannels = false }: OpenOptions,
    listener: EndpointListener,
  ): Promise<string> {
    this.#pipeline = pipeline;
    this.#output.carriesData = dataChannels;
    this.#heard = new HeardEndpoint(listener);
    const prepare = async (endpoint: Endpoint) => {
      if (filter && filter === this.#own) await this.#useFilter(filter);
      else if (filter) await this.#tryFilter(filter, filterFailed);
      if (loopback) await this.#loopback.open(endpoint);
    };
    return this.#endpoint.negotiate(pipeline, sdpOffer, this.#endpointOptions, this.#heard.listener, prepare);
  }

  /** Its publisher has another network. Nobody is told. @throws RoomError as `OwnedEndpoint.restart` */
  async restart(sdpOffer: string, candidates: HeldCandidates): Promise<string> {
    const sdpAnswer = await this.#endpoint.restart(offerWithout(sdpOffer, this.#refused.kinds), candidates);
    this.#keep();
    return sdpAnswer;
  }

  /** @throws RoomError `offer-refused` for an offer of something that was not published */
  assertSameKinds(sdpOffer: string): void {
    const others = kindsSentBy(sdpOffer).filter((kind) => !this.kinds.includes(kind) && !this.#refused.has(kind));
    if (this.kinds.length === 0 || others.length === 0) return;
    throw new RoomError('offer-refused', `The stream "${this.id}" was published without ${others.join(' and ')}`);
  }

  /**
   * Its publisher has another connection: a new endpoint takes the place of the present one, and everybody goes on receiving. Nobody is
   * told. One call at a time: the publisher's queue sees to that.
   * @param candidates those that were expected. @throws RoomError as `OwnedEndpoint.replace`
   */
  async reopen(sdpOffer: string, listener: EndpointListener, candidates: HeldCandidates): Promise<string> {
    const [former, pipeline] = [this.#heard, this.#pipeline];
    if (!former || !pipeline) throw new RoomError('not-publishing', 'The publication is not open');
    const next = new HeardEndpoint(listener, true);
    try {
      const sdpAnswer = await this.#endpoint.replace(
        pipeline,
        offerWithout(sdpOffer, this.#refused.kinds),
        this.#endpointOptions,
        next.listener,
        candidates,
        async (isBack) => {
          former.hold();
          await this.#endpointChanged(isBack);
        },
      );
      former.end();
      this.#heard = next;
      next.tell(!this.#endpoint.expectsOffers);
      return sdpAnswer;
    } catch (error) {
      next.end();
      former.tell(!this.#endpoint.expectsOffers);
      throw error;
    }
  }

  /** Goes on with what another process has opened. Nobody is told. */
  restore(pipeline: Pipeline, former: PublicationRecord, listener: EndpointListener): void {
    this.#pipeline = pipeline;
    for (const kind of former.muted) this.#muted.add(kind);
    this.#output.carriesData = former.dataChannels ?? false;
    this.#heard = new HeardEndpoint(listener);
    const endpoint = this.#endpoint.adopt(pipeline, former.endpoint, this.#heard.listener);
    if (former.filter) {
      this.#filter = former.filter.is;
      if (former.filter.own) this.#own = this.#filter;
      this.#output.adopt(former.filter.element, pipeline);
    }
    if (former.loopback) this.#loopback.adopt(endpoint, former.loopback);
    this.#openedAt = former.openedAt;
    this.#sids = former.sids;
  }

  /** Undefined while it is not open. */
  get record(): PublicationRecord | undefined {
    const { id, source, kinds } = this;
    const { record: endpoint } = this.#endpoint;
    if (this.#openedAt === undefined || endpoint === undefined) return undefined;
    const { record: element } = this.#output;
    const { connected: loopback } = this.#loopback;
    return {
      ...{
        slot: this.publisher.slot,
        id,
        source,
        kinds: [...kinds],
        refused: [...this.#refused.kinds],
        openedAt: this.#openedAt,
      },
      ...{ sids: this.#sids, muted: [...this.muted], endpoint, loopback: loopback && [...loopback] },
      ...(this.#endpoint.ufrags.length > 0 && { ufrags: [...this.#endpoint.ufrags] }),
      ...(this.#output.carriesData && { dataChannels: true }),
      ...(this.#filter &&
        element !== undefined && {
          filter: { is: this.#filter, element, ...(this.#filter === this.#own && { own: true }) },
        }),
    };
  }

  /** Opens it, and tells the others. Does nothing the second time, nor when it has ended. */
  announce(): void {
    if (this.state !== 'opening') return;
    const { publisher } = this;
    this.#openedAt = publisher.room.now();
    const isShown = publisher.media.publicationOpened(this);
    this.#keep();
    publisher.room.tell({ type: 'publicationOpened', publisher, publication: this, isShown }, publisher);
  }

  close(reason: PublicationEnd): void {
    const isKnown = this.state === 'open';
    const { publisher } = this;
    const wasShown = publisher.publication === this;
    this.discard();
    if (!isKnown) return;
    const shownNow = wasShown ? publisher.publication : undefined;
    const what = { publisher, publication: this, reason, wasShown, shownNow };
    publisher.room.tell({ type: 'publicationClosed', ...what }, publisher);
  }

  /** As `close`, by a moderator. */
  take(): void {
    this.close('unpublished');
    this.#taken?.();
  }

  /** The media server has lost its endpoint, or the filter behind it. The publisher is told why, and the others that it has ended. */
  mediaLost(failure: MediaFailure): void {
    if (this.#endpoint.closed) return;
    this.publisher.tell({ type: 'mediaFailed', failure });
    this.close('media-lost');
  }

  /** As `close`, and nobody is told of it: it was never open, or the others are told that the publisher left. */
  discard(): void {
    this.#loopback.close();
    for (const subscription of this.#subscriptions) subscription.publicationClosed();
    for (const stream of this.#recorded ?? []) stream.publicationClosed();
    this.#output.close();
    this.#endpoint.close();
    this.publisher.media.publicationClosed(this);
    this.#keep();
  }

  /** Another process goes on with it. */
  letGo(): void {
    this.#loopback.close();
    this.#endpoint.letGo();
  }

  get muted(): readonly MediaKind[] {
    return this.#muted.kinds;
  }

  get silent(): readonly MediaKind[] {
    const { presence } = this.publisher;
    return this.kinds.filter((kind) => this.#muted.has(kind) || presence.isMuted(this.id, kind));
  }

  async mute(what: MutableKind): Promise<void> {
    this.#assertNotClosed();
    this.#muted.add(what);
    await this.#update();
  }

  async unmute(): Promise<void> {
    this.#assertNotClosed();
    this.#muted.clear();
    await this.#update();
  }

  get filter(): VideoFilter | undefined {
    return this.#own;
  }

  async changeFilter(
    next: (present: VideoFilter | undefined) => VideoFilter | undefined,
    changed?: () => void,
  ): Promise<void> {
    await this.publisher.media.inTurn(async () => {
      this.#assertNotClosed();
      const filter = next(this.#own);
      const former = this.#own;
      this.#own = filter;
      try {
        if (filter) await this.#useFilter(filter);
        else await this.applyFilter(this.publisher.media.filterOf(this));
        this.#assertNotClosed();
      } catch (error) {
        this.#own = former;
        throw error;
      }
      changed?.();
    });
  }

  /**
   * Puts a filter on the video, in place of the present one; undefined: none. One call at a time: the publisher's queue sees to that.
   * @throws RoomError `filter-refused`: everything is as it was
   */
  async applyFilter(filter: VideoFilter | undefined): Promise<void> {
    const pipeline = this.#pipeline;
    if (!pipeline || filter === this.#filter) return;
    try {
      if (filter && this.#filter && canBecome(this.#filter, filter)) await this.#output.adjust(filter);
      else await this.#output.change(filter, pipeline, () => this.#reroute());
      this.#filter = filter;
      this.#keep();
    } catch (error) {
      // A publication that is closed needs no filter any more.
      if (!this.#endpoint.closed) throw filterError(error);
    }
  }

  /** The pipeline of the endpoint; subscriptions must be made in the same one. */
  get pipeline(): Pipeline | undefined {
    return this.#pipeline;
  }

  /** As `OwnedEndpoint.expect`. */
  expect(candidates: HeldCandidates): void {
    this.#endpoint.expect(candidates);
  }

  /** The same for an offer of another connection: candidates of the present one are of no use to the client any more. */
  expectReopening(candidates: HeldCandidates): void {
    this.#endpoint.expect(candidates);
    this.#heard?.leaving();
  }

  /** As `OwnedEndpoint.isFor`. */
  isFor(candidate: IceCandidate): boolean {
    return this.#endpoint.isFor(candidate);
  }

  addCandidate(candidate: IceCandidate): void {
    this.#endpoint.addCandidate(candidate);
  }

  /** Carries the media to one more sink. */
  feed(): Feed {
    return new Feed(this.#output, [this.#muted, this.#refused, this.#cut]);
  }

  /** Called by a subscription, which from now on ends with the publication. */
  subscribed(subscription: Subscription): void {
    this.#subscriptions.add(subscription);
  }

  /** Called by a subscription. */
  subscriptionClosed(subscription: Subscription): void {
    this.#subscriptions.delete(subscription);
  }

  /** Called by a recording, which from now on writes it into a file until it ends. */
  recordedBy(stream: RecordedStream): void {
    this.#recorded ??= new Set();
    this.#recorded.add(stream);
  }

  /** Called by a recording. */
  recordingEnded(stream: RecordedStream): void {
    this.#recorded?.delete(stream);
  }

  /** Called by the publisher when what is cut has changed. @throws RoomError as `mute` */
  async cutChanged(): Promise<void> {
    if (!this.#endpoint.closed) await this.#update();
  }

  async #update(): Promise<void> {
    this.#keep();
    await Promise.all([
      this.#loopback.update(),
      ...[...this.#subscriptions, ...(this.#recorded ?? [])].map((receiver) => receiver.mutesChanged()),
    ]);
    if (this.#loopback.connected) this.#keep();
  }

  get #endpointOptions(): EndpointOptions {
    const { bandwidth } = this.options;
    return { dataChannels: this.#output.carriesData, ...(bandwidth && { bandwidth }), ...this.publisher.media.member };
  }

  /** What is kept of it elsewhere has changed. Nothing is before it is open. */
  #keep(): void {
    if (this.#openedAt === undefined) return;
    const { publisher, id } = this;
    publisher.room.keep(fieldOf.publication(publisher.slot, id), this.#endpoint.closed ? undefined : () => this.record);
  }

  async #reroute(): Promise<void> {
    await Promise.all([
      this.#loopback.reroute(),
      ...[...this.#subscriptions, ...(this.#recorded ?? [])].map((receiver) => receiver.outputChanged()),
    ]);
  }

  /** Another endpoint is in place: everything is connected to it, or the first failure is thrown once nothing is under way any more. */
  async #endpointChanged(isBack: boolean): Promise<void> {
    this.#keep();
    const endpoint = this.#endpoint.element;
    const all = await Promise.allSettled([
      this.#output.endpointChanged(),
      this.#loopback.reconnect(isBack, endpoint),
      ...[...this.#subscriptions, ...(this.#recorded ?? [])].map((receiver) => receiver.endpointChanged(isBack)),
    ]);
    this.#keep();
    for (const each of all) if (each.status === 'rejected') throw each.reason;
  }

  async #tryFilter(filter: VideoFilter, failed: (error: RoomError) => void): Promise<void> {
    try {
      await this.applyFilter(filter);
    } catch (error) {
      if (error instanceof RoomError) failed(error);
    }
  }

  /** @throws RoomError `filter-refused` */
  async #useFilter(filter: VideoFilter): Promise<void> {
    await this.publisher.room.requireFilter(filter.type);
    await this.applyFilter(filter);
  }

  #assertNotClosed(): void {
    if (this.#endpoint.closed) throw new RoomError('not-publishing', 'The publication has ended');
  }
}
