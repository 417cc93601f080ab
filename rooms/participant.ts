import type { IceCandidate, MediaKind, VideoFilter } from '../media/port.js';
import type { Arrival } from './arrival.js';
import { bearerRecord } from './bearer.js';
import type { Bearer } from './bearer.js';
import { RoomError } from './errors.js';
import type { LeaveReason, Outbox, RoomEvent } from './events.js';
import type { Returner } from './evictions.js';
import { plainGrants } from './grants.js';
import type { Grants } from './grants.js';
import type * as api from './index.js';
import type { Place } from './members.js';
import { ParticipantMedia } from './participant-media.js';
import { Presence } from './presence.js';
import type { ParticipantState } from './presence.js';
import { changedProfile } from './profile.js';
import type { Profile, ProfileChanges } from './profile.js';
import type { Publication } from './publication.js';
import { isImpaired } from './quality.js';
import type { Quality, QualityLevel, QualityReport } from './quality.js';
import { QualityWatch } from './quality-watch.js';
import type { HeardClient } from './quality-watch.js';
import type { ParticipantRecord } from './records.js';
import { assertMay, assertMaySend } from './rights.js';
import type { Action } from './rights.js';
import type { Room } from './room.js';
import { newSid } from './sid.js';
import { webcam } from './streams.js';
import type { Subscription } from './subscription.js';

export class Participant implements api.Participant {
  readonly room: Room;
  /** Its number in the room, of no other one before or after it. */
  readonly slot: number;
  readonly id: string;
  /** Changed by the room alone. */
  name: string;
  /** Whether the name is an address in the participant's own protocol, so that it never changes. */
  readonly keepsName: boolean;
  readonly attributes: api.Attributes;
  /** What it is known by when it comes back after an eviction. */
  #returner: Returner;
  readonly bearer: Bearer;
  readonly presence: Presence;
  /** In ms since 1970. */
  readonly joinedAt: number;
  #grants: Grants;
  #profile: Profile;
  readonly media = new ParticipantMedia(this);
  #outbox: Outbox | undefined;
  #sid: string | undefined;
  #region: string | undefined;
  /** Made with the first report of the client. */
  #quality: QualityWatch | undefined;
  #lastN: number | undefined;
  #closed = false;

  /** @param former the same participant in another process */
  constructor(
    room: Room,
    { id, name, keepsName }: Omit<Place, 'namesake'>,
    { newcomer, bearer, grants }: Arrival,
    former?: ParticipantRecord,
  ) {
    const { attributes, identity = newcomer.id, session, sessionId } = newcomer;
    this.room = room;
    this.slot = former?.slot ?? room.nextSlot();
    this.bearer = bearer;
    this.#grants = grants;
    this.joinedAt = former?.joinedAt ?? room.now();
    const { metadata = '', tags = {} } = bearer;
    const shown = { name: attributes.displayName, metadata: newcomer.metadata ?? metadata, tags };
    this.#profile = former?.profile ?? shown;
    this.presence = new Presence(former?.presence);
    this.#sid = former?.sid;
    if (former?.quality) this.#quality = this.#watchQuality(former.quality);
    this.#lastN = former?.lastN;
    this.#region = former ? former.region : (newcomer.region ?? room.region);
    this.id = id;
    this.name = name;
    this.keepsName = keepsName;
    this.attributes = attributes;
    this.#returner = { identity: bearer.identity ?? identity, session, sessionId };
  }

  get returner(): Returner {
    return this.#returner;
  }

  get session(): object | undefined {
    return this.#returner.session;
  }

  get identity(): string {
    return this.bearer.identity ?? this.id;
  }

  /** Made when first asked for. */
  get sid(): string {
    if (this.#sid === undefined) {
      this.#sid = newSid('PA');
      this.keep();
    }
    return this.#sid;
  }

  get region(): string | undefined {
    return this.#region;
  }

  regionChanged(region: string): void {
    if (region === this.#region) return;
    this.#region = region;
    this.keep();
  }

  get grants(): Grants {
    return this.#grants;
  }

  get profile(): Profile {
    return this.#profile;
  }

  get state(): ParticipantState {
    return this.presence.state(this.media.publications);
  }

  get quality(): Quality | undefined {
    return this.#quality?.quality;
  }

  reportQuality(report: QualityReport, client: HeardClient): void {
    this.#assertOpen();
    this.#quality ??= this.#watchQuality();
    this.#quality.reported(report, client);
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

  /** As `enter`, of a client that goes on. @returns what its dialect makes of it; undefined when it does not know it */
  comeBack(comeBack: api.ComeBack, session: unknown): api.Returned | undefined {
    const returned = comeBack(this, session);
    this.#outbox = returned?.outbox;
    this.#returner = { ...this.#returner, session: returned?.session, sessionId: returned?.sessionId };
    return returned;
  }

  get hasOutbox(): boolean {
    return this.#outbox !== undefined;
  }

  /** As plain data, without what it publishes and receives. */
  record(recordOf: api.RecordOf): ParticipantRecord {
    const { slot, id, name, keepsName, attributes, bearer, grants, joinedAt, profile, region } = this;
    const { displayName, dialect, hearsPrivateTexts, peerToPeer, isIngress } = attributes;
    return {
      ...{ slot, id, name, keepsName, attributes: { displayName, dialect, hearsPrivateTexts, peerToPeer, isIngress } },
      ...{ identity: this.#returner.identity, bearer: bearerRecord(bearer, this.room.name) },
      ...{
        grants: plainGrants(grants),
        joinedAt,
        profile: { ...profile, tags: { ...profile.tags } },
        sid: this.#sid,
        region,
        lastN: this.#lastN,
      },
      ...{ presence: this.presence.record, ...this.media.record },
      ...(isImpaired(this.quality) && { quality: this.quality.level }),
      session: recordOf(this, this.#returner.session),
    };
  }

  /** What is kept of it elsewhere has changed (journal.ts). Its dialect's part may have, too. */
  keep(): void {
    this.room.keepParticipant(this);
  }

  /** Another process goes on with the membership. */
  letGo(): void {
    this.#closed = true;
    this.#quality?.stop();
    this.#outbox = undefined;
    this.media.letGo();
  }

  get closed(): boolean {
    return this.#closed;
  }

  get publication(): Publication | undefined {
    return this.media.shown;
  }

  get publications(): readonly Publication[] {
    return this.media.publications;
  }

  get pendingPublications(): readonly Publication[] {
    return this.media.pendingPublications;
  }

  publicationOf(stream: string): Publication | undefined {
    return this.media.publicationOf(stream);
  }

  get subscriptions(): readonly Subscription[] {
    return this.media.subscriptions;
  }

  subscriptionTo(publisher: Participant, stream?: string): Subscription | undefined {
    return this.media.subscriptionTo(publisher, stream);
  }

  async publish(sdpOffer: string, options: api.PublishOptions = {}): Promise<api.Published> {
    this.#assertOpen();
    return this.media.publish(sdpOffer, options);
  }

  unpublish(stream?: string): void {
    this.#assertOpen();
    this.media.unpublish(stream);
  }

  async subscribe(publisher: Participant, sdpOffer: string, options: api.SubscribeOptions = {}): Promise<string> {
    this.assertMay('subscribe');
    return this.media.subscribe(publisher, sdpOffer, options);
  }

  async restart(publisher: Participant, sdpOffer: string, stream?: string): Promise<string> {
    this.#assertOpen();
    return this.media.restart(publisher, sdpOffer, stream);
  }

  async reopen(sdpOffer: string, stream?: string): Promise<string> {
    this.#assertOpen();
    return this.media.reopen(sdpOffer, stream);
  }

  unsubscribe(publisher: Participant, stream?: string): void {
    this.#assertOpen();
    this.media.unsubscribe(publisher, stream);
  }

  get filter(): VideoFilter | undefined {
    return this.media.filter;
  }

  async setFilter(filter: VideoFilter | undefined): Promise<void> {
    this.assertMay('data');
    if (filter) await this.room.requireFilter(filter.type);
    await this.media.setFilter(filter);
  }

  addCandidate(publisher: Participant, candidate: IceCandidate, stream?: string): void {
    this.#assertOpen();
    this.media.addCandidate(publisher, candidate, stream);
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

  updateState({ stream = webcam, audio, video, speaking }: api.StateUpdate): void {
    this.#assertOpen();
    const changes = [
      audio !== undefined && this.presence.mute(stream, 'audio', !audio),
      video !== undefined && this.presence.mute(stream, 'video', !video),
    ];
    if (changes.includes(true)) this.#stateChanged();
    if (speaking !== undefined && !this.#closed) this.room.speakers.said(this, stream, speaking);
  }

  get lastN(): number | undefined {
    return this.#lastN;
  }

  setLastN(count: number | undefined): void {
    this.#assertOpen();
    this.#lastN = count;
    this.keep();
    this.room.lastN.used();
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
    this.keep();
    this.#profile = changedProfile(this.#profile, changes, this.room.maxMetadataBytes);
    this.room.tellOf(this, { type: 'participantUpdated', participant: this, changes });
  }

  /**
   * Called by a moderator: lets audio or video of this participant through to nobody, or lets it through again.
   * @param stream undefined: of all streams. @throws RoomError `too-many`, `media-failed`
   */
  async cut(kinds: readonly MediaKind[], isCut: boolean, stream?: string): Promise<void> {
    const changed = kinds.filter((kind) => this.presence.cut(stream, kind, isCut));
    if (changed.length === 0) return;
    this.#stateChanged();
    await this.media.cutChanged();
  }

  lowerHand(): void {
    this.raiseHand(false);
  }

  /** Called by a moderator. What the participant may not do any more ends at once. */
  setGrants(grants: Grants): void {
    this.#assertOpen();
    const former = this.#grants;
    this.#grants = grants;
    this.keep();
    this.media.grantsChanged();
    this.tell({ type: 'grantsChanged', participant: this, grants });
    if (!former.roomAdmin && grants.roomAdmin) this.room.tellWhoWaits(this);
  }

  leave(reason: Exclude<LeaveReason, 'evicted'> = 'left'): void {
    this.room.remove(this, reason);
  }

  tell(event: RoomEvent): void {
    this.#outbox?.(event);
  }

  /** Called by the room, which tells everybody: this participant is not in it any more. Media ends. */
  membershipEnded(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#quality?.stop();
    this.media.end();
  }

  #stateChanged(): void {
    if (this.#closed) return;
    this.keep();
    this.room.tellOf(this, { type: 'stateChanged', participant: this });
  }

  #watchQuality(former?: QualityLevel): QualityWatch {
    const { now, later } = this.room;
    const owner = {
      ...{ now, later },
      carried: () => this.media.carried,
      changed: () => {
        this.keep();
        this.room.qualityChanged(this);
      },
    };
    return new QualityWatch(owner, former);
  }

  #assertOpen(): void {
    if (this.#closed) throw new RoomError('participant-closed', `${this.id} is not in the room any more`);
  }
}
