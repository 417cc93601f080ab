import type { MediaKind } from '../media/port.js';

/**
 * What can be muted; audio and then video adds up to all
 * (docs/protocols/kurento-room.md#74-mute-and-filters-on-the-server-side).
 */
export type MutableKind = MediaKind | 'all';

export const mediaKinds: readonly MediaKind[] = ['audio', 'video'];

/** The kinds of media that are cut at one place. */
export class MutedKinds {
  readonly #kinds = new Set<MediaKind>();

  get kinds(): readonly MediaKind[] {
    return mediaKinds.filter((kind) => this.#kinds.has(kind));
  }

  has(kind: MediaKind): boolean {
    return this.#kinds.has(kind);
  }

  add(what: MutableKind): void {
    for (const kind of what === 'all' ? mediaKinds : [what]) this.#kinds.add(kind);
  }

  delete(kind: MediaKind): void {
    this.#kinds.delete(kind);
  }

  clear(): void {
    this.#kinds.clear();
  }
}
