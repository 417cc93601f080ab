import { RoomError } from './errors.js';
import { checkedName } from './names.js';

/** The most metadata where nothing else is set, in bytes of UTF-8: the text, and all tags together. */
export const defaultMaxMetadataBytes = 4_096;
const maxTags = 64;

/** What others are shown of a participant besides its attributes. It is for display: ids and names that are addresses stay. */
export interface Profile {
  /** May be empty. */
  readonly name: string;
  readonly metadata: string;
  /** The `attributes` of LiveKit's tokens. */
  readonly tags: Readonly<Record<string, string>>;
}

/** An absent member stays. A tag with an empty value goes. */
export type ProfileChanges = { readonly [Member in keyof Profile]?: Profile[Member] | undefined };

/** @throws RoomError `invalid-name`; `invalid-text` for metadata or tags that are too long */
export function changedProfile(profile: Profile, changes: ProfileChanges, maxBytes: number): Profile {
  const { name = profile.name, metadata = profile.metadata } = changes;
  const tags = Object.fromEntries(
    Object.entries({ ...profile.tags, ...changes.tags }).filter(([, value]) => value !== ''),
  );
  const sizeOfTags = Object.entries(tags).reduce((sum, [key, value]) => sum + bytesOf(key) + bytesOf(value), 0);
  assertMetadata(metadata, maxBytes);
  if (Object.keys(tags).length > maxTags || sizeOfTags > maxBytes) {
    throw new RoomError('invalid-text', `There can be at most ${maxTags} attributes, of ${maxBytes} bytes together`);
  }
  return { name: name && checkedName(name, 'The name of a participant'), metadata, tags };
}

/** @throws RoomError `invalid-text` */
export function assertMetadata(metadata: string, maxBytes: number): void {
  if (bytesOf(metadata) <= maxBytes) return;
  throw new RoomError('invalid-text', `Metadata can have at most ${maxBytes} bytes`);
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
