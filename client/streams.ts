import type { RequestResult } from '../dialects/kurento-room/types.js';
import type { MediaKind } from './ask.js';

/** The stream of a participant that names none. */
export const webcam = 'webcam';

/** What a stream shows. */
export type StreamSource = 'camera' | 'screen' | 'other';

/** A stream as the server lists it. What the feature `streams` adds is missing on other servers. */
export type StreamEntry = NonNullable<RequestResult<'joinRoom'>['value'][number]['streams']>[number];

const sources = {
  camera: 'camera',
  microphone: 'camera',
  screen_share: 'screen',
  screen_share_audio: 'screen',
  unknown: 'other',
} as const;

export function sourceIn({ id, source }: StreamEntry): StreamSource {
  // Another server may have another word.
  return source && Object.hasOwn(sources, source) ? sources[source] : usualSource(id);
}

/** What the stream of that id shows, where nobody says. */
export function usualSource(id: string): StreamSource {
  if (id === webcam) return 'camera';
  return id === 'screen' ? 'screen' : 'other';
}

/** In the words of the server. */
export const wireSources = { camera: 'camera', screen: 'screen_share', other: 'unknown' } as const;

/** Where a track comes from, in the words of the grants. */
export const grantedSources = {
  camera: { audio: 'microphone', video: 'camera' },
  screen: { audio: 'screen_share_audio', video: 'screen_share' },
  other: { audio: 'unknown', video: 'unknown' },
} as const satisfies Record<StreamSource, Record<MediaKind, string>>;

/** The kinds of which nothing comes: muted by the publisher or by a moderator, or not sent at all. Undefined: the server does not tell. */
export function silentIn({ kinds, muted = [] }: StreamEntry): readonly MediaKind[] | undefined {
  return kinds && (['audio', 'video'] as const).filter((kind) => !kinds.includes(kind) || muted.includes(kind));
}
