import type { EndpointListener, IceCandidate, VideoFilter } from '../media/port.js';
import { EarlyCandidates } from './early-candidates.js';
import { RoomError } from './errors.js';
import type { Outbox, RoomEvent } from './events.js';
import { Negotiations } from './negotiations.js';
import { Publication } from './publication.js';
import type { ConnectionChanged, PublishOptions } from './publication.js';
import type { Room } from './room.js';
import { Subscription } from './subscription.js';

/** What others may read of a participant. */
export interface Attributes {
  readonly displayName: string;
  /** The protocol she speaks, as `kurento-room`: what she can be told beyond the room's events. */
  readonly dialect: string;
  /** Whether that protocol has texts to one person. */
  readonly takesPrivateText: boolean;
}

/** What `Participant.publish` resolves with. */
export interface Published {
  readonly sdpAnswer: string;
  /** Opens the publication and tells the others. Does nothing the second time, nor when the publication has ended since. */
  readonly announce: () => void;
}

/**
 * One membership of one room. Joining, leaving and talking take effect at once; media is negotiated in a queue of the
 * participant's own. After `closed` every call is refused with `participant-closed`.
 */
export class Participant {
  readonly room: Room;
  /** Unique in the room, and opaque; for people whom a protocol knows by name only it is that name. */
  readonly id: string;
  /** Unique in the room: how protocols that know people by name call this participant (`Room.join`). */
  readonly name: string;
  readonly attributes: Attributes;
  #outbox: Outbox | undefined;
  readonly #negotiations = new Negotiations();
  readonly #early = new EarlyCandidates();
  readonly #subscriptions = new Map<Participant, Subscription>();
  #publication: Publication | undefined;
  #filter: VideoFilter | undefined;
  #closed = false;

  constructor(room: Room, id: string, name: string, attributes: Attributes) {
    this.room = room;
    this.id = id;
    this.name = name;
    this.attributes = attributes;
  }

  /** Called by the room. @returns whether there is an outbox; without one the participant never was in the room */
  enter(enter: (participant: Participant) => Outbox | undefined): boolean {
    this.#outbox = enter(this);
    return this.#outbox !== undefined;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The open publication, if there is one. */
  get publication(): Publication | undefined {
    return this.#publication?.state === 'open' ? this.#publication : undefined;
  }

  /** The publication also while it is still opening: being negotiated, or not announced yet. */
  get pendingPublication(): Publication | undefined {
    return this.#publication;
  }

  get subscriptions(): Iterable<Subscription> {
    return this.#subscriptions.values();
  }

  subscriptionTo(publisher: Participant): Subscription | undefined {
    return this.#subscriptions.get(publisher);
  }

  /**
   * Offers a stream to the room. Resolves with the SDP answer, and with what makes the publication open and tells the others
   * `publicationOpened`: the caller calls it in the turn in which it sends the answer, after that.
   * @throws RoomError `already-publishing`, `offer-refused`, `media-failed`, `interrupted`, `participant-closed`; nothing remains then
   */
  async publish(sdpOffer: string, options: PublishOptions = {}): Promise<Published> {
    this.#assertOpen();
    if (this.#publication) throw new RoomError('already-publishing', `${this.id} is already publishing`);
    const publication = new Publication(this, this.#early.take(this));
    this.#publication = publication;
    return this.#negotiations.run(async () => {
      try {
        const pipeline = await this.room.pipeline();
        const chosen = { ...options, filter: this.#effectiveFilter };
        const listener = this.#listener(this, options.connectionChanged);
        const sdpAnswer = await publication.open(pipeline, sdpOffer, chosen, listener);
        return {
          sdpAnswer,
          announce: () => {
            publication.announce();
          },
        };
      } catch (error) {
        publication.end();
        throw error;
      }
    });
  }

  /** Ends the publication and everything subscribed to it. @throws RoomError `not-publishing`, `participant-closed` */
  unpublish(): void {
    this.#assertOpen();
    if (!this.#publication) throw new RoomError('not-publishing', `${this.id} is not publishing`);
    this.#publication.close('unpublished');
  }

  /** The media server is gone and the publication with it: the others are told as if it had been unpublished. */
  mediaLost(): void {
    this.#publication?.close('media-lost');
  }

  /** Called by a publication that ends. */
  publicationClosed(publication: Publication): void {
    if (this.#publication === publication) this.#publication = undefined;
  }

  /**
   * Receives another participant's publication; resolves with the SDP answer. A second subscription to the same
   * publisher replaces the first (Kurento Room §3.4: it helps clients that lost their peer connection).
   * @throws RoomError `own-publication`, `not-publishing`, `offer-refused`, `media-failed`,
   *   `interrupted`, `participant-closed`; nothing remains then
   */
  async subscribe(
    publisher: Participant,
    sdpOffer: string,
    { connectionChanged }: Pick<PublishOptions, 'connectionChanged'> = {},
  ): Promise<string> {
    this.#assertOpen();
    if (publisher === this) throw new RoomError('own-publication', `${this.id} cannot subscribe to herself`);
    const { publication } = publisher;
    if (!publication) throw new RoomError('not-publishing', `${publisher.id} is not publishing`);
    this.#subscriptions.get(publisher)?.close();
    const subscription = new Subscription(this, publication, this.#early.take(publisher));
    this.#subscriptions.set(publisher, subscription);
    return this.#negotiations.run(() => subscription.open(sdpOffer, this.#listener(publisher, connectionChanged)));
  }

  /** Ends the subscription to a publisher, if there is one, and forgets candidates held for it. */
  unsubscribe(publisher: Participant): void {
    this.#assertOpen();
    this.#subscriptions.get(publisher)?.close();
    this.#early.take(publisher);
  }

  /** What is done to this participant's video, in place of what is done to everybody's in the room. */
  get filter(): VideoFilter | undefined {
    return this.#filter;
  }

  /**
   * Puts a filter on this participant's video, now or when she publishes; undefined takes it away.
   * @throws RoomError `filter-refused`: everything is as it was; `participant-closed`
   */
  async setFilter(filter: VideoFilter | undefined): Promise<void> {
    this.#assertOpen();
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

  /** Brings the publication, if there is one, in line with the filters that were set. @throws RoomError `filter-refused` */
  async applyFilter(): Promise<void> {
    await this.#negotiations.run(async () => {
      await this.#publication?.setFilter(this.#effectiveFilter);
    });
  }

  /** Called by a subscription that closes. */
  forget(subscription: Subscription): void {
    const { publisher } = subscription.publication;
    if (this.#subscriptions.get(publisher) === subscription) this.#subscriptions.delete(publisher);
  }

  /** Takes a remote candidate: for the publication when `publisher` is this participant, else for the subscription. */
  addCandidate(publisher: Participant, candidate: IceCandidate): void {
    this.#assertOpen();
    const endpoint = publisher === this ? this.#publication : this.#subscriptions.get(publisher);
    if (endpoint) endpoint.addCandidate(candidate);
    else this.#early.hold(publisher, candidate);
  }

  /**
   * Says a text to everybody in the room, the speaker included, or to one participant alone.
   * @throws RoomError `private-text-refused` when that one's protocol has no such thing; `participant-not-found` when she is not in this
   *   room; `participant-closed`
   */
  say(text: string, to?: Participant): void {
    this.#assertOpen();
    if (!to) {
      this.room.tell({ type: 'textSaid', from: this, text, to: undefined });
      return;
    }
    if (to.closed || to.room !== this.room) {
      throw new RoomError('participant-not-found', `${to.name} is not in room "${this.room.name}"`);
    }
    if (!to.attributes.takesPrivateText) {
      throw new RoomError('private-text-refused', `${to.name} can be told nothing in private`);
    }
    to.tell({ type: 'textSaid', from: this, text, to });
  }

  /** Leaves the room; the others are told. Does nothing the second time. */
  leave(): void {
    this.room.remove(this, 'left');
  }

  tell(event: RoomEvent): void {
    this.#outbox?.(event);
  }

  /** Called by the room, which tells everybody what is to be told. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#publication?.end();
    for (const subscription of this.#subscriptions.values()) subscription.close();
  }

  get #effectiveFilter(): VideoFilter | undefined {
    return this.#filter ?? this.room.filter;
  }

  /** What the engine reports of an endpoint of this participant, which carries the media of `publisher`. */
  #listener(publisher: Participant, connectionChanged: ConnectionChanged | undefined): EndpointListener {
    return {
      candidateFound: (candidate) => {
        this.tell({ type: 'candidateFound', publisher, candidate });
      },
      failed: (failure) => {
        this.tell({ type: 'mediaFailed', failure });
      },
      ...(connectionChanged && { connectionChanged }),
    };
  }

  #assertOpen(): void {
    if (this.#closed) throw new RoomError('participant-closed', `${this.id} is not in the room any more`);
  }
}
