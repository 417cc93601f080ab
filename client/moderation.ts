import type { NotificationParams, RequestParams } from '../dialects/kurento-room/types.js';
import type { Ask, MediaKind } from './ask.js';
import { Emitter } from './emitter.js';
import { givenList, givenObject } from './given.js';
import type { Grants } from './self.js';

/** Somebody who waits to be let in. `id` is for `admit` and `deny`; `door` is the protocol over which they came. */
export type Waiting = Omit<NotificationParams<'participantWaiting'>, 'waiting'>;
/** A set of grants with a name (docs/access.md#the-grant). */
export type Role = NonNullable<RequestParams<'setGrants'>['role']>;
type Settable = RequestParams<'updateRoom'>;
/**
 * What a moderator can set for a room.
 * - `title` and `password`: null or an empty text takes them away.
 * - `maxParticipants`: 0 is any number.
 * - `waitingRoom`: newcomers wait until a moderator lets them in.
 * - `mutedOnEntry`: the sound of newcomers is cut.
 * - `listed`: the room is in the list of rooms.
 * - `emptyTimeoutS`: how long a room lives into which nobody has come yet; `departureTimeoutS`: after the last one has left; `keepClosedS`:
 *   how long nobody can open it again after its end. All in seconds.
 * - `chatHistory`: how many texts are kept for newcomers.
 * - `lastN`: of how many of the latest speakers everybody gets the picture, where their page has not said otherwise; 0: of everybody.
 * - `audioLastN`: everybody gets the sound of so many, the loudest at each time, where the media server knows how loud they are; 0: of
 *   everybody.
 */
export type RoomChanges = {
  // The server takes other words for true and false too.
  readonly [Name in keyof Settable]: boolean extends Settable[Name] ? boolean | undefined : Settable[Name];
};

/** What a moderator can change of what somebody may do. */
export interface GrantChanges {
  /** What the role allows replaces what they may do now. */
  readonly role?: Role | undefined;
  /** These are laid over the role, or over what they may do now. */
  readonly grants?: { readonly [Name in keyof Grants]?: Grants[Name] | undefined } | undefined;
}

/** What `room.moderation` tells. */
export interface ModerationEvents {
  /** Somebody begins to wait to be let in, or waits no more. */
  waitingChanged: [];
}

/** How somebody is removed. */
export interface Removal {
  /** Shown to the person; up to 200 characters. */
  readonly reason?: string | undefined;
  /** How long they are kept out, in ms; -1: as long as the room lives. Default: 0. */
  readonly banMs?: number | undefined;
  /** Refuse the tokens that they have so far. Default: false. */
  readonly revoke?: boolean | undefined;
}

/** Of one stream of a participant. Default: of all. */
export interface OfStream {
  /** Id of the stream, such as `screen`. */
  readonly stream?: string | undefined;
}

/**
 * What moderators can do (docs/access.md#moderators). Each method rejects with `not-allowed` for somebody who is none, with `not-in-room`
 * when the participant is gone, `too-many`, or as `Room.chat`. `id` is the id of a participant; `'*'` stands for all, without the moderators.
 */
export class Moderation extends Emitter<ModerationEvents> {
  readonly #ask: Ask;
  readonly #waiting = new Map<string, Waiting>();

  /** @internal For Room only. */
  constructor(ask: Ask) {
    super();
    this.#ask = ask;
  }

  /** Those that wait to be let in, by the id for `admit` and `deny`, in the order in which they came. */
  get waiting(): ReadonlyMap<string, Waiting> {
    return this.#waiting;
  }

  /**
   * Cuts somebody's audio or video for everybody, also what they publish later. `muted: false` takes the cut away; what they have muted
   * themselves stays muted. Rejects with `not-supported` for a participant whose media does not pass the server.
   */
  async mute(id: string, kinds: readonly MediaKind[], muted = true, options: OfStream = {}): Promise<void> {
    const { stream } = givenObject(options, 'The options');
    await this.#ask('muteParticipant', {
      id,
      kinds: [...givenList(kinds, '`kinds`')],
      muted,
      ...(stream !== undefined && { stream }),
    });
  }

  /** Asks somebody to send it again. They decide. */
  async requestUnmute(id: string, kinds: readonly MediaKind[]): Promise<void> {
    await this.#ask('requestUnmute', { id, kinds: [...givenList(kinds, '`kinds`')] });
  }

  /** Ends somebody's stream, or all of them. They may publish again. */
  async unpublish(id: string, options: OfStream = {}): Promise<void> {
    const { stream } = givenObject(options, 'The options');
    await this.#ask('forceUnpublish', { id, ...(stream !== undefined && { stream }) });
  }

  /** Removes somebody from the room, and keeps them out for as long as `removal` says. */
  async remove(id: string, removal: Removal = {}): Promise<void> {
    await this.#ask('forceDisconnect', { id, ...removal });
  }

  /** Changes what somebody may do: the role comes first, then the grants. Nobody can give what they do not have. */
  async setGrants(id: string, changes: GrantChanges): Promise<void> {
    const { role, grants } = givenObject(changes, 'The changes');
    await this.#ask('setGrants', { id, ...(role && { role }), ...(grants && { grants }) });
  }

  /** Lowers somebody's hand. */
  async lowerHand(id: string): Promise<void> {
    await this.#ask('lowerHand', { id });
  }

  /** Locks the room, or opens it again. Nobody but moderators comes into a locked room. */
  async lock(locked = true): Promise<void> {
    await this.#ask('lockRoom', { locked });
  }

  /** Changes settings of the room. Those that are absent stay. */
  async update(settings: RoomChanges): Promise<void> {
    await this.#ask('updateRoom', givenObject(settings, 'The settings'));
  }

  /** Lets somebody in that waits. `waitingId` is an id of `waiting`. */
  async admit(waitingId: string): Promise<void> {
    await this.#ask('admitParticipant', { id: waitingId });
  }

  /** Sends somebody away that waits. `reason` is shown to them; up to 200 characters. */
  async deny(waitingId: string, reason?: string): Promise<void> {
    await this.#ask('denyParticipant', { id: waitingId, ...(reason !== undefined && { reason }) });
  }

  /** Ends the room for all. `reason` is shown to them; up to 200 characters. */
  async close(reason?: string): Promise<void> {
    await this.#ask('closeRoom', reason === undefined ? {} : { reason });
  }

  /** @internal For Room only. */
  waitingChanged({ waiting, ...person }: NotificationParams<'participantWaiting'>): void {
    if (waiting) this.#waiting.set(person.id, person);
    else this.#waiting.delete(person.id);
    this.emit('waitingChanged');
  }

  /** @internal For Room only: we joined anew, or are no moderator any more. Those that wait are told to moderators again. */
  forget(): void {
    if (this.#waiting.size === 0) return;
    this.#waiting.clear();
    this.emit('waitingChanged');
  }
}
