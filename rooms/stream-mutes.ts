import type { MediaKind } from '../media/port.js';
import { RoomError } from './errors.js';
import { MutedKinds, mediaKinds } from './muted-kinds.js';
import { maxStreams } from './streams.js';

/** Which kinds of which streams of one participant are muted, whether it publishes them or not. */
export class StreamMutes {
  /** Most participants mute one stream at most. */
  #streams: Map<string, MutedKinds> | undefined;

  /** By stream; undefined when none is muted. */
  get record(): Record<string, MediaKind[]> | undefined {
    const muted = [...(this.#streams?.keys() ?? [])].map((stream) => [stream, this.kindsOf(stream)] as const);
    if (muted.length === 0) return undefined;
    return Object.fromEntries(muted.map(([stream, kinds]) => [stream, [...kinds]]));
  }

  /** Mutes what the record names, besides what is muted already. @throws as `set` */
  restore(record: Readonly<Record<string, readonly MediaKind[]>> = {}): void {
    for (const [stream, kinds] of Object.entries(record)) for (const kind of kinds) this.set(stream, kind, true);
  }

  has(stream: string, kind: MediaKind): boolean {
    return this.#streams?.get(stream)?.has(kind) ?? false;
  }

  kindsOf(stream: string): readonly MediaKind[] {
    return mediaKinds.filter((kind) => this.has(stream, kind));
  }

  /** @returns whether that changed anything. @throws RoomError `too-many` when more streams are muted than anybody publishes */
  set(stream: string, kind: MediaKind, muted: boolean): boolean {
    if (this.has(stream, kind) === muted) return false;
    const streams = (this.#streams ??= new Map<string, MutedKinds>());
    const kinds = streams.get(stream) ?? new MutedKinds();
    if (!streams.has(stream)) {
      if (streams.size >= maxStreams) throw new RoomError('too-many', `At most ${maxStreams} streams can be muted`);
      streams.set(stream, kinds);
    }
    if (muted) kinds.add(kind);
    else kinds.delete(kind);
    if (kinds.kinds.length === 0) streams.delete(stream);
    return true;
  }

  /** Of every stream. @returns whether that changed anything */
  clear(kind: MediaKind): boolean {
    const muted = [...(this.#streams?.keys() ?? [])].filter((stream) => this.has(stream, kind));
    for (const stream of muted) this.set(stream, kind, false);
    return muted.length > 0;
  }
}
