import type { MediaKind } from '../media/port.js';
import { MutedKinds } from './muted-kinds.js';
import type { StreamSource } from './rights.js';

/** What others are shown of what a participant sends and wants. */
export interface ParticipantState {
  /** Published, muted neither by the participant nor by a moderator. */
  readonly audio: boolean;
  /** As `audio`. */
  readonly video: boolean;
  readonly screen: boolean;
  readonly hand: boolean;
  /** Since when the hand is raised, in ms since 1970. */
  readonly handSince: number | undefined;
  /** What a moderator has cut. */
  readonly mutedByModerator: readonly MediaKind[];
}

/** What is kept of a participant for its state. */
export class Presence {
  /** What the server lets through to nobody, whatever the participant publishes: its moderators want that. */
  readonly cut = new MutedKinds();
  /** What the participant itself has muted, as its client says. */
  readonly #mutedByItself = new MutedKinds();
  #handSince: number | undefined;

  get handSince(): number | undefined {
    return this.#handSince;
  }

  /** @returns whether that changed anything */
  raiseHand(raised: boolean, now: number): boolean {
    if (raised === (this.#handSince !== undefined)) return false;
    this.#handSince = raised ? now : undefined;
    return true;
  }

  /** @returns whether that changed anything */
  mute(kind: MediaKind, muted: boolean): boolean {
    if (muted === this.#mutedByItself.has(kind)) return false;
    if (muted) this.#mutedByItself.add(kind);
    else this.#mutedByItself.delete(kind);
    return true;
  }

  state(published: readonly MediaKind[], stream: StreamSource): ParticipantState {
    const sent = (kind: MediaKind): boolean =>
      published.includes(kind) && !this.#mutedByItself.has(kind) && !this.cut.has(kind);
    const isScreen = stream === 'screen';
    return {
      audio: sent('audio'),
      video: !isScreen && sent('video'),
      screen: isScreen && sent('video'),
      hand: this.#handSince !== undefined,
      handSince: this.#handSince,
      mutedByModerator: this.cut.kinds,
    };
  }
}
