import type { RoomEvent } from './events.js';
import type { Later } from './later.js';
import type { Participant } from './participant.js';
import type { Publication } from './publication.js';
import type { Subscription } from './subscription.js';

/** Whose receivers they are: a room. */
export interface LastNOwner {
  /** In ms since 1970. */
  readonly now: () => number;
  readonly later: Later;
  /** Of everybody who has not said otherwise. 0: all. */
  readonly usual: () => number;
  readonly everybody: () => Iterable<Participant>;
}

/** What receivers get changes after so many ms at the earliest: a Kurento Media Server connects and disconnects for it. */
const intervalMs = 1_000;

/** What may change who gets what. */
const deciding: ReadonlySet<RoomEvent['type']> = new Set([
  'publicationOpened',
  'publicationClosed',
  'participantLeft',
  'stateChanged',
  'roomUpdated',
]);

/**
 * Gives receivers the video of the N latest speakers, in place of everybody's. Screens come besides, and what the receiver has given a
 * priority. Sound always comes.
 */
export class LastN {
  readonly #owner: LastNOwner;
  /** When each was among the speakers last. */
  readonly #spokeAt = new WeakMap<Publication, number>();
  #lookedAt = Number.NEGATIVE_INFINITY;
  #stopWaiting: (() => void) | undefined;
  /** Whether any receiver gets less than all at present. */
  #holds = false;
  /** Whether any receiver has ever said how many it wants. */
  #isUsed = false;

  constructor(owner: LastNOwner) {
    this.#owner = owner;
  }

  /** These speak now, the loudest first. */
  spoke(publications: readonly Publication[]): void {
    const now = this.#owner.now();
    for (const publication of publications) this.#spokeAt.set(publication, now);
    this.changed();
  }

  /** Somebody receives it from now on. Called before it is connected: what is not to come is never sent. */
  begins(subscription: Subscription): void {
    const { subscriber } = subscription;
    if (this.#limitOf(subscriber) === 0) return;
    const wanted = this.#wantedOf(subscriber);
    subscription.holdVideo(isCounted(subscription) && !wanted.has(subscription));
    this.#holds = true;
  }

  /** A receiver has said how many it wants. */
  used(): void {
    this.#isUsed = true;
    this.changed();
  }

  /** Everybody has been told of it. */
  hear({ type }: RoomEvent): void {
    if (deciding.has(type)) this.changed();
  }

  /** What decides it may have changed. */
  changed(): void {
    if (this.#stopWaiting || !(this.#isUsed || this.#holds || this.#owner.usual() > 0)) return;
    const waitMs = this.#lookedAt + intervalMs - this.#owner.now();
    if (waitMs <= 0) this.#look();
    else {
      this.#stopWaiting = this.#owner.later(waitMs, () => {
        this.#stopWaiting = undefined;
        this.#look();
      });
    }
  }

  stop(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
  }

  #look(): void {
    this.#lookedAt = this.#owner.now();
    this.#holds = false;
    for (const receiver of this.#owner.everybody()) {
      const limit = this.#limitOf(receiver);
      const wanted = limit > 0 ? this.#wantedOf(receiver) : undefined;
      for (const subscription of receiver.subscriptions) {
        const isHeld = wanted !== undefined && isCounted(subscription) && !wanted.has(subscription);
        if (isHeld) this.#holds = true;
        // One that cannot be changed has ended, or is tried again with the next change.
        if (isHeld !== subscription.isVideoHeld) void subscription.changeVideo(isHeld).catch(() => undefined);
      }
    }
  }

  #limitOf(receiver: Participant): number {
    return receiver.lastN ?? this.#owner.usual();
  }

  /** Those whose video comes: of the latest speakers, and then of those that have been there longest. */
  #wantedOf(receiver: Participant): ReadonlySet<Subscription> {
    const spokeAt = ({ publication }: Subscription): number =>
      this.#spokeAt.get(publication) ?? -(publication.openedAt ?? 0);
    return new Set(
      receiver.subscriptions
        .filter((each) => isCounted(each) && !each.publication.silent.includes('video'))
        .sort((one, other) => spokeAt(other) - spokeAt(one))
        .slice(0, this.#limitOf(receiver)),
    );
  }
}

/** Whether it is one of those of which N come. */
function isCounted({ publication, priority }: Subscription): boolean {
  return publication.kinds.includes('video') && publication.source !== 'screen' && priority === 0;
}
