import type { MediaKind } from '../media/port.js';
import { MutedKinds, mediaKinds } from './muted-kinds.js';
import type { PresenceRecord } from './records.js';
import { StreamMutes } from './stream-mutes.js';
import { webcam } from './streams.js';
import type { StreamSource } from './streams.js';

/** What others are shown of what a participant sends and wants. */
export interface ParticipantState {
  /** Of a stream that is no screen: published, muted neither by the participant nor by a moderator. */
  readonly audio: boolean;
  /** As `audio`. */
  readonly video: boolean;
  /** As `video`, of a screen. */
  readonly screen: boolean;
  readonly hand: boolean;
  /** Since when the hand is raised, in ms since 1970. */
  readonly handSince: number | undefined;
  /** What a moderator has cut of all streams, or of the camera's. */
  readonly mutedByModerator: readonly MediaKind[];
}

/** What is known of an open publication for the state. */
interface Published {
  readonly id: string;
  readonly source: StreamSource;
  readonly kinds: readonly MediaKind[];
}

/** What is kept of a participant for its state. */
export class Presence {
  /** Of all streams: what the server lets through to nobody, whatever the participant publishes. Its moderators want that. */
  readonly #cut = new MutedKinds();
  /** As `#cut`, of single streams. */
  readonly #cutStreams = new StreamMutes();
  /** What the participant itself has muted, as its client says. */
  readonly #mutedByItself = new StreamMutes();
  #handSince: number | undefined;

  /** @param former of the same participant in another process */
  constructor(former?: PresenceRecord) {
    if (!former) return;
    for (const kind of former.cut ?? []) this.#cut.add(kind);
    this.#cutStreams.restore(former.cutStreams);
    this.#mutedByItself.restore(former.muted);
    this.#handSince = former.handSince;
  }

  get record(): PresenceRecord {
    return {
      cut: [...this.#cut.kinds],
      cutStreams: this.#cutStreams.record,
      muted: this.#mutedByItself.record,
      handSince: this.#handSince,
    };
  }

  get handSince(): number | undefined {
    return this.#handSince;
  }

  /** @returns whether that changed anything */
  raiseHand(raised: boolean, now: number): boolean {
    if (raised === (this.#handSince !== undefined)) return false;
    this.#handSince = raised ? now : undefined;
    return true;
  }

  /** @returns whether that changed anything. @throws RoomError `too-many` as `StreamMutes.set` */
  mute(stream: string, kind: MediaKind, muted: boolean): boolean {
    return this.#mutedByItself.set(stream, kind, muted);
  }

  /**
   * @param stream undefined: all of them. Letting all through again undoes what was cut of single streams too
   * @returns whether that changed anything. @throws RoomError `too-many` as `StreamMutes.set`
   */
  cut(stream: string | undefined, kind: MediaKind, isCut: boolean): boolean {
    if (stream !== undefined) return this.#cutStreams.set(stream, kind, isCut);
    const was = this.#cut.has(kind);
    if (isCut) this.#cut.add(kind);
    else this.#cut.delete(kind);
    const undone = !isCut && this.#cutStreams.clear(kind);
    return was !== isCut || undone;
  }

  isCut(stream: string, kind: MediaKind): boolean {
    return this.#cut.has(kind) || this.#cutStreams.has(stream, kind);
  }

  /** Muted by the participant or by a moderator. */
  isMuted(stream: string, kind: MediaKind): boolean {
    return this.isCut(stream, kind) || this.#mutedByItself.has(stream, kind);
  }

  state(published: Iterable<Published>): ParticipantState {
    let [audio, video, screen] = [false, false, false];
    for (const { id, source, kinds } of published) {
      const sends = (kind: MediaKind): boolean => kinds.includes(kind) && !this.isMuted(id, kind);
      if (source === 'screen') screen ||= sends('video');
      else [audio, video] = [audio || sends('audio'), video || sends('video')];
    }
    return {
      audio,
      video,
      screen,
      hand: this.#handSince !== undefined,
      handSince: this.#handSince,
      mutedByModerator: mediaKinds.filter((kind) => this.isCut(webcam, kind)),
    };
  }
}
