import type { MediaKind } from '../media/port.js';
import type { Acting } from './acting.js';
import type { Ban } from './bans.js';
import { RoomError, tooMany } from './errors.js';
import type { RoomEvent } from './events.js';
import { changedGrants, roles } from './grants.js';
import type { GrantChanges, Grants, Role } from './grants.js';
import type * as api from './index.js';
import type { Waiting } from './lobby.js';
import { Participant } from './participant.js';
import type { ProfileChanges } from './profile.js';
import { effective } from './rights.js';
import type { Room } from './room.js';
import type { RoomSettings } from './settings.js';

/** How often a participant is asked to unmute itself, in ms. */
const unmuteAskedMs = 10_000;
const maxReasonLength = 200;

/** When somebody was last asked to unmute. */
const askedTimes = new WeakMap<Participant, number>();

/** What one actor does to a room as its moderator. Each verb checks whether the actor may, at that moment. */
export class Moderation implements api.Moderation {
  readonly #room: Room;
  readonly #acting: Acting;

  constructor(room: Room, acting: Acting) {
    this.#room = room;
    this.#acting = acting;
  }

  async mute(target: Participant | 'all', kinds: readonly MediaKind[], muted: boolean, stream?: string): Promise<void> {
    const cuts = this.#do(muted ? 'mute' : 'allow', target, () => {
      const targets =
        target === 'all' ? [...this.#room.participants].filter(({ grants }) => !grants.roomAdmin) : [target];
      if (target !== 'all') assertHasMedia(target);
      return targets.map((participant) => participant.cut(kinds, muted, stream));
    });
    await Promise.all(cuts);
  }

  async cutSubscription(
    target: Participant,
    publisher: Participant,
    kinds: readonly MediaKind[],
    isCut: boolean,
    stream?: string,
  ): Promise<void> {
    await this.#do(isCut ? 'cutSubscription' : 'allowSubscription', target, () => {
      this.#assertIsHere(publisher);
      const subscription = target.subscriptionTo(publisher, stream);
      if (subscription) return subscription.cut(kinds, isCut);
      if (isCut) return undefined;
      throw new RoomError(
        'not-publishing',
        `${target.name} receives nothing of ${publisher.name}: its client has to begin`,
      );
    });
  }

  requestUnmute(target: Participant, kinds: readonly MediaKind[]): void {
    this.#do('requestUnmute', target, () => {
      const now = this.#room.now();
      const retryAfterMs = (askedTimes.get(target) ?? -Infinity) + unmuteAskedMs - now;
      if (retryAfterMs > 0) throw tooMany(`${target.name} was asked a moment ago`, retryAfterMs);
      askedTimes.set(target, now);
      const { actor } = this.#acting;
      const by = actor instanceof Participant ? actor.name : this.#acting.name;
      target.tell({ type: 'unmuteRequested', by, kinds });
    });
  }

  unpublish(target: Participant, stream?: string): void {
    this.#do('unpublish', target, () => {
      assertHasMedia(target);
      target.media.take(stream);
      // The others learn it from the publications.
      target.tell({ type: 'stateChanged', participant: target });
    });
  }

  evict(target: Participant, { reason = '', banMs = 0, revoke = false }: api.RemovalOptions = {}): void {
    this.#do('evict', target, () => {
      this.#assertNotAbove(target);
      const shown = shortened(reason);
      if (revoke !== false) this.#room.revokeTokens(target.identity, revoke === true ? this.#room.now() : revoke);
      if (banMs !== 0) this.#room.ban(target, banMs);
      this.#room.evict(target, { reason: shown });
    });
  }

  ban(known: api.BanWish, ms: number): Ban {
    return this.#do('ban', known.identity ?? known.name ?? known.address ?? '', () => this.#room.banKnown(known, ms));
  }

  liftBan(id: string): void {
    this.#do('liftBan', id, () => {
      if (!this.#room.liftBan(id)) throw new RoomError('participant-not-found', `There is no ban "${id}"`);
    });
  }

  get bans(): readonly Ban[] {
    this.#acting.assertMay('moderate');
    return this.#room.bans;
  }

  get waiting(): readonly Waiting[] {
    this.#acting.assertMay('moderate');
    return this.#room.lobby.waiting;
  }

  admit(waitingId: string): void {
    this.#do('admit', waitingId, () => {
      if (!this.#room.lobby.admit(waitingId)) throw nobodyWaits(waitingId);
    });
  }

  deny(waitingId: string, reason = ''): void {
    this.#do('deny', waitingId, () => {
      if (!this.#room.lobby.deny(waitingId, shortened(reason))) throw nobodyWaits(waitingId);
    });
  }

  setGrants(target: Participant, changes: GrantChanges, role?: Role): void {
    this.#do('setGrants', target, () => {
      const next = changedGrants(role ? { ...target.grants, ...roles[role] } : target.grants, changes);
      if (target.grants.roomAdmin && !next.roomAdmin) this.#assertNotAbove(target);
      this.#assertHas(next, target.grants);
      // Whether others see a participant is decided when it joins.
      const { hidden, recorder } = target.grants;
      target.setGrants(effective({ ...next, hidden, recorder }));
    });
  }

  changeProfile(target: Participant, changes: ProfileChanges): void {
    this.#do('changeProfile', target, () => {
      target.changeProfile(changes);
    });
  }

  lowerHand(target: Participant | 'all'): void {
    this.#do('lowerHand', target, () => {
      for (const participant of target === 'all' ? [...this.#room.participants] : [target]) participant.lowerHand();
    });
  }

  announce(text: string, to?: readonly Participant[]): void {
    this.#do('announce', '', () => {
      this.#room.assertTakes(text);
      this.#room.announce(text, '', to);
    });
  }

  sendData(topic: string, data: string, to?: readonly Participant[]): void {
    this.#do('sendData', '', () => {
      this.#room.assertTakesData(data);
      this.#tell({ type: 'dataSent', from: undefined, topic, data, to }, to);
    });
  }

  update(settings: Partial<RoomSettings>): void {
    this.#do('update', '', () => {
      this.#room.update(settings);
    });
  }

  close(reason = ''): void {
    this.#do('close', '', () => {
      this.#room.endForAll(shortened(reason));
    });
  }

  /** @throws RoomError `participant-not-found`; nobody is told then */
  #tell(event: RoomEvent, to: readonly Participant[] | undefined): void {
    if (to) this.#room.tellSome(event, to);
    else this.#room.tell(event);
  }

  #assertIsHere(participant: Participant): void {
    this.#room.assertHas(participant);
  }

  /** @throws RoomError `not-allowed`, `too-many`, `participant-not-found`, and as `verb` */
  #do<Result>(action: string, target: Participant | string, verb: () => Result): Result {
    return this.#acting.do({ action, needs: action === 'close' ? 'end' : 'moderate', target }, verb);
  }

  /** A moderator by a token is above one that a moderator has made. */
  #assertNotAbove(target: Participant): void {
    const { bearer, room } = target;
    const byToken = bearer.claims !== undefined && bearer.grantsIn(room.name).roomAdmin;
    if (!byToken || !(this.#acting.actor instanceof Participant)) return;
    const { bearer: own } = this.#acting.actor;
    if (own.claims !== undefined && own.grantsIn(room.name).roomAdmin) return;
    throw new RoomError('not-allowed', `${target.name} moderates this room by a token, and you do not`);
  }

  /** Nobody gives what they lack. A moderator may change the metadata of everybody, and so may let them do it themselves. */
  #assertHas(next: Grants, former: Grants): void {
    const grants = this.#acting.grants;
    for (const [name, value] of Object.entries(next) as [keyof Grants, Grants[keyof Grants]][]) {
      if (value !== true || former[name] === true || grants[name] === true || name === 'canUpdateOwnMetadata') continue;
      throw new RoomError('not-allowed', `You cannot give ${name}, which you do not have`);
    }
  }
}

/** Media of some protocols does not pass the server. */
function assertHasMedia(target: Participant): void {
  if (target.attributes.peerToPeer !== true) return;
  throw new RoomError('not-supported', `The media of ${target.name} does not pass this server, which cannot cut it`);
}

function shortened(reason: string): string {
  return Array.from(reason).slice(0, maxReasonLength).join('');
}

function nobodyWaits(id: string): RoomError {
  return new RoomError('participant-not-found', `Nobody of the id "${id}" waits`);
}
