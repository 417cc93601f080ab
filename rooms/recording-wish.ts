import type { MediaKind } from '../media/port.js';
import type { RecordingWish } from './index.js';
import { mediaKinds } from './muted-kinds.js';
import type { Publication } from './publication.js';
import type { RecordingTarget } from './recording-store.js';

/** What of a publication is to be recorded. Empty: nothing. */
export function wantedOf(
  { target = {}, sources, kinds = mediaKinds, wants }: RecordingWish,
  publication: Publication,
): readonly MediaKind[] {
  const { participant, stream } = target;
  if (participant !== undefined && participant !== publication.publisher.id) return [];
  if (stream !== undefined && stream !== publication.id) return [];
  if (sources && !sources.includes(publication.source)) return [];
  if (wants?.(publication) === false) return [];
  return publication.kinds.filter((kind) => kinds.includes(kind));
}

export function isSameTarget(one: RecordingTarget, other: RecordingTarget): boolean {
  return one.participant === other.participant && one.stream === other.stream;
}
