import type { EndpointListener, IceCandidate, MediaKind, VideoFilter } from '../media/port.js';
import type { Arrival } from './arrival.js';
import type { Bearer } from './bearer.js';
import { EarlyCandidates } from './early-candidates.js';
import { RoomError } from './errors.js';
import type { Outbox, RoomEvent } from './events.js';
import type { Returner } from './evictions.js';
import type { Grants } from './grants.js';
import type * as api from './index.js';
import type { Place } from './members.js';
import { mediaKinds } from './muted-kinds.js';
import { kindsSentBy, offerWithout } from './offer-kinds.js';
import { Presence } from './presence.js';
import type { ParticipantState } from './presence.js';
import { changedProfile } from './profile.js';
import type { Profile, ProfileChanges } from './profile.js';
import { Publication } from './publication.js';
import { allowedKinds, assertMay, assertMaySend, sourceOf, unpublishable } from './rights.js';
import type { Action, StreamSource } from './rights.js';
import type { Room } from './room.js';
import { SerialQueue } from './serial-queue.js';
import { newSid } from './sid.js';
import { Subscription } from './subscription.js';

export class Participant implements api.Participant {
  readonly room: Room;
  readonly id: string;
  /** Changed by the room alone. */
  name: string;
  /** Whether the name is an address in the participant's own protocol, so that it never changes. */
  readonly keepsName: boolean;
  readonly attributes: api.Attributes;
  /** What it is known by when it comes back after an eviction. */
  readonly returner: Returner;
  readonly bearer: Bearer;
  readonly presence = new Presence();
  /** In ms since 1970. */
  readonly joinedAt: number;
  #grants: Grants;
  #profile: Profile;
  readonly #negotiations = new SerialQueue();
  readonly #early = new EarlyCandidates();
  /** Made with the first one: most people of a large room never need it. */
  #subscriptions: Map<Participant, Subscription> | undefined;
  #outbox: Outbox | undefined;
  #publication: Publication | undefined;
  /** Told that a moderator has ended the present publication. */
  #taken: (() => void) | undefined;
  #filter: VideoFilter | undefined;
  #sid: string | undefined;
  #closed = false;

  constructor(room: Room, { id, name, keepsName }: Place, { newcomer, bearer, grants }: Arrival) {
    const { attributes, identity = newcomer.id, session } = newcomer;
    this.room = room;
    this.bearer = bearer;
    this.#grants = grants;
    this.joinedAt = room.now();
    const { metadata = '', tags = {} } = bearer;
    this.#profile = { name: attributes.displayName, metadata: newcomer.metadata ?? metadata, tags };
    this.id = id;
    this.name = name;
    this.keepsName = keepsName;
    this.attributes = attributes;
    this.returner = { identity: bearer.identity ?? identity, session };
  }

  get identity(): string {
    return this.bearer.identity ?? this.id;
  }

  /** Made when first asked for. */
  get sid(): string {
    return (this.#sid ??= newSid('PA'));
  }

  get grants(): Grants {
    return this.#grants;
  }

  get profile(): Profile {
    return this.#profile;
  }

  get state(): ParticipantState {
    const { publication } = this;
    return this.presence.state(publication?.kinds ?? [], publication?.stream ?? 'camera');
  }

  assertMay(action: Action): void {
    this.#assertOpen();
    assertMay(this.#grants, action);
  }

  assertMaySend(description: string): void {
    this.#assertOpen();
    assertMaySend(this.#grants, description);
  }

  /** Called by the room. @returns whether there is an outbox; without one the client has gone */
  enter(enter: (participant: api.Participant) => Outbox | undefined): boolean {
    this.#outbox = enter(this);
    return this.#outbox !== undefined;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get publication(): Publication | undefined {
    return this.#publication?.state === 'open' ? this.#publication : undefined;
  }

  get pendingPublication(): Publication | undefined {
    return this.#publication;
  }

  get subscriptions(): Iterable<Subscription> {
    return this.#subscriptions?.values() ?? [];
  }

  subscriptionTo(publisher: Participant): Subscription | undefined {
    return this.#subscriptions?.get(publisher);
  }

  async publish(sdpOffer: string, options: api.PublishOptions = {}): Promise<api.Published> {
    this.#assertOpen();
    const { stream = 'camera' } = options;
    const offered = kindsSentBy(sdpOffer);
    const kinds = this.#assertMayPublish(stream, offered);
    if (this.#publication) throw new RoomError('already-publishing', `${this.id} is already publishing`);
    // Of all kinds, not of those found in the offer: a media server may read an offer otherwise.
    const allowed = allowedKinds(this.#grants, stream, mediaKinds);
    const refused = mediaKinds.filter((kind) => !allowed.includes(kind));
    const publication = new Publication(this, this.#early.take(this), stream, kinds, refused);
    this.#publication = publication;
    this.#taken = options.taken;
    const listener = this.#listener(this, publication, options);
    const goOn = this.room.keepPayer();
    const filterFailed = (failure: RoomError): void => {
      goOn(() => {
        this.tell({ type: 'mediaFailed', failure });
      });
    };
    return this.#negotiations.run(async () => {
      try {
        const sources = kinds.map((kind) => sourceOf(stream, kind));
        const question = this.room.authorize(this, { action: 'publish', kinds, sources });
        if (question) await question;
        const pipeline = await this.room.pipeline();
        const filter = this.#effectiveFilter;
        const offer = offerWithout(sdpOffer, refused);
        const sdpAnswer = await publication.open(pipeline, offer, { ...options, filter, filterFailed }, listener);
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
    });
  }

  unpublish(): void {
    this.#assertOpen();
    if (!this.#publication) throw new RoomError('not-publishing', `${this.id} is not publishing`);
    this.#publication.close('unpublished');
  }

  /** Called by a moderator. @throws RoomError `not-publishing` */
  takePublication(): void {
    if (!this.#publication) throw new RoomError('not-publishing', `${this.id} is not publishing`);
    const taken = this.#taken;
    this.#publication.close('unpublished');
    taken?.();
  }

  async subscribe(
    publisher: Participant,
    sdpOffer: string,
    { connectionChanged }: api.SubscribeOptions = {},
  ): Promise<string> {
    this.assertMay('subscribe');
    if (publisher === this) throw new RoomError('own-publication', `${this.id} cannot subscribe to their own stream`);
    const { publication } = publisher;
    if (!publication) throw new RoomError('not-publishing', `${publisher.id} is not publishing`);
    this.#subscriptions?.get(publisher)?.close();
    const subscription = new Subscription(this, publication, this.#early.take(publisher));
    (this.#subscriptions ??= new Map<Participant, Subscription>()).set(publisher, subscription);
    const listener = this.#listener(publisher, subscription, { connectionChanged });
    return this.#negotiations.run(async () => {
      try {
        const question = this.room.authorize(this, { action: 'subscribe', publisher: publisher.id });
        if (question) await question;
      } catch (error) {
        subscription.close();
        throw error;
      }
      return subscription.open(sdpOffer, listener);
    });
  }

  unsubscribe(publisher: Participant): void {
    this.#assertOpen();
    this.#subscriptions?.get(publisher)?.close();
    this.#early.forget(publisher);
  }

  get filter(): VideoFilter | undefined {
    return this.#filter;
  }

  async setFilter(filter: VideoFilter | undefined): Promise<void> {
    this.assertMay('data');
    if (filter) await this.room.requireFilter(filter.type);
    const former = this.#filter;
    this.#filter = filter;
    try {
      await this.applyFilter();
    } catch (error) {
      this.#filter = former;
      throw error;
    }
  }

  addCandidate(publisher: Participant, candidate: IceCandidate): void {
    this.#assertOpen();
    const endpoint = publisher === this ? this.#publication : this.#subscriptions?.get(publisher);
    if (endpoint) endpoint.addCandidate(candidate);
    else this.#early.hold(publisher, candidate);
  }

  say(text: string, to?: Participant): void {
    this.assertMay('data');
    this.room.assertTakes(text);
    if (!to) {
      this.room.tellText({ type: 'textSaid', from: this, text, to: undefined, said: this.room.stamp() });
      return;
    }
    this.room.assertHas(to);
    if (!to.attributes.hearsPrivateTexts) {
      throw new RoomError('private-text-refused', `${to.name} can be told nothing in private`);
    }
    to.tell({ type: 'textSaid', from: this, text, to, said: this.room.stamp() });
  }

  sendData(topic: string, data: string, to?: readonly Participant[]): void {
    this.assertMay('data');
    this.room.assertTakesData(data);
    const event = { type: 'dataSent', from: this, topic, data, to } as const;
    if (to) this.room.tellSome(event, to);
    else this.room.tell(event, this);
  }

  updateState({ audio, video }: api.StateUpdate): void {
    this.#assertOpen();
    const changes = [
      audio !== undefined && this.presence.mute('audio', !audio),
      video !== undefined && this.presence.mute('video', !video),
    ];
    if (changes.includes(true)) this.#stateChanged();
  }

  raiseHand(raised: boolean): void {
    this.#assertOpen();
    if (this.presence.raiseHand(raised, this.room.now())) this.#stateChanged();
  }

  updateProfile(changes: ProfileChanges): void {
    this.assertMay('metadata');
    this.changeProfile(changes);
  }

  /** Called by a moderator too. @throws RoomError as `updateProfile` */
  changeProfile(changes: ProfileChanges): void {
    this.#assertOpen();
    this.#profile = changedProfile(this.#profile, changes, this.room.maxMetadataBytes);
    this.room.tellOf(this, { type: 'participantUpdated', participant: this, changes });
  }

  /** Called by a moderator: lets audio or video of this participant through to nobody, or lets it through again. */
  async cut(kinds: readonly MediaKind[], isCut: boolean): Promise<void> {
    const { cut } = this.presence;
    const changed = kinds.filter((kind) => cut.has(kind) !== isCut);
    if (changed.length === 0) return;
    for (const kind of changed) {
      if (isCut) cut.add(kind);
      else cut.delete(kind);
    }
    this.#stateChanged();
    await this.#publication?.cutChanged();
  }

  lowerHand(): void {
    this.raiseHand(false);
  }

  /** Called by a moderator. What the participant may not do any more ends at once. */
  setGrants(grants: Grants): void {
    this.#assertOpen();
    const former = this.#grants;
    this.#grants = grants;
    const publication = this.#publication;
    if (publication && !this.#mayGoOn(publication)) this.takePublication();
    if (former.canSubscribe && !grants.canSubscribe) {
      for (const subscription of [...this.subscriptions]) subscription.close();
    }
    this.tell({ type: 'grantsChanged', participant: this, grants });
    if (!former.roomAdmin && grants.roomAdmin) this.room.tellWhoWaits(this);
  }

  leave(): void {
    this.room.remove(this, 'left');
  }

  tell(event: RoomEvent): void {
    this.#outbox?.(event);
  }

  /** Called by the room when its filter changes. Applies the filters that are set to the publication. @throws RoomError `filter-refused` */
  async applyFilter(): Promise<void> {
    await this.#negotiations.run(async () => {
      await this.#publication?.setFilter(this.#effectiveFilter);
    });
  }

  /** Called by the room, which tells everybody: this participant is not in it any more. Media ends. */
  membershipEnded(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#publication?.discard();
    for (const subscription of this.subscriptions) subscription.close();
  }

  /** Called by the room: the media server is gone, and the publication with it. The others are told as if it had been unpublished. */
  mediaLost(): void {
    this.#publication?.close('media-lost');
  }

  /** Called by the publication. */
  publicationClosed(publication: Publication): void {
    if (this.#publication === publication) this.#publication = undefined;
  }

  /** Called by a subscription of this participant. */
  subscriptionClosed(subscription: Subscription): void {
    const { publisher } = subscription.publication;
    if (this.#subscriptions?.get(publisher) === subscription) this.#subscriptions.delete(publisher);
  }

  #stateChanged(): void {
    if (!this.#closed) this.room.tellOf(this, { type: 'stateChanged', participant: this });
  }

  /** @returns those of the kinds that may be published. @throws RoomError `not-allowed` when none may */
  #assertMayPublish(stream: StreamSource, offered: readonly MediaKind[]): readonly MediaKind[] {
    // An offer that sends nothing is a publication too, so that its owner may send later.
    const wanted = offered.length > 0 ? offered : mediaKinds;
    const allowed = allowedKinds(this.#grants, stream, wanted);
    if (allowed.length === 0) throw unpublishable();
    return offered.length > 0 ? allowed : offered;
  }

  #mayGoOn({ stream, kinds }: Publication): boolean {
    return this.#grants.canPublish && allowedKinds(this.#grants, stream, kinds).length === kinds.length;
  }

  get #effectiveFilter(): VideoFilter | undefined {
    return this.#filter ?? this.room.filter;
  }

  /**
   * What the engine reports of an endpoint of this participant, which carries the media of `publisher`. Called while the request is served:
   * the client that wanted the endpoint pays for what it is told of it.
   */
  #listener(
    publisher: Participant,
    owner: Publication | Subscription,
    { connectionChanged }: api.SubscribeOptions,
  ): EndpointListener {
    const goOn = this.room.keepPayer();
    return {
      candidateFound: (candidate) => {
        goOn(() => {
          this.tell({ type: 'candidateFound', publisher, candidate });
        });
      },
      failed: (failure) => {
        goOn(() => {
          this.tell({ type: 'mediaFailed', failure });
        });
      },
      mediaLost: (failure) => {
        owner.mediaLost(failure);
      },
      ...(connectionChanged && { connectionChanged }),
    };
  }

  #assertOpen(): void {
    if (this.#closed) throw new RoomError('participant-closed', `${this.id} is not in the room any more`);
  }
}
