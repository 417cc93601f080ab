import type { MediaKind } from '../media/port.js';

/**
 * What can be muted; audio and then video adds up to all
 * (docs/protocols/kurento-room.md#74-mute-and-filters-on-the-server-side).
 */
export type MutableKind = MediaKind | 'all';

export const mediaKinds: readonly MediaKind[] = ['audio', 'video'];

/** The kinds of media that are cut at one place. */
export class MutedKinds {
  #audio = false;
  #video = false;

  get kinds(): readonly MediaKind[] {
    return mediaKinds.filter((kind) => this.has(kind));
  }

  has(kind: MediaKind): boolean {
    return kind === 'audio' ? this.#audio : this.#video;
  }

  add(what: MutableKind): void {
    this.#set(what, true);
  }

  delete(kind: MediaKind): void {
    this.#set(kind, false);
  }

  clear(): void {
    this.#set('all', false);
  }

  /** Makes these the muted ones. */
  replace(kinds: readonly MediaKind[]): void {
    this.#audio = kinds.includes('audio');
    this.#video = kinds.includes('video');
  }

  #set(what: MutableKind, muted: boolean): void {
    if (what !== 'video') this.#audio = muted;
    if (what !== 'audio') this.#video = muted;
  }
}
