import type { MediaKind } from '../media/port.js';
import type { Source } from './grants.js';

/** The stream of a client that names none. */
export const webcam = 'webcam';

/** How many streams one participant publishes at most. */
export const maxStreams = 4;

export function isStreamId(text: string): boolean {
  return /^[a-z][a-z0-9-]{0,15}$/.test(text);
}

/** What a stream shows. */
export type StreamSource = 'camera' | 'screen' | 'other';

/** Where a track comes from. Nobody is granted `unknown` by name. */
export type TrackSource = Source | 'unknown';

const trackSources: Readonly<Record<StreamSource, Readonly<Record<MediaKind, TrackSource>>>> = {
  camera: { audio: 'microphone', video: 'camera' },
  screen: { audio: 'screen_share_audio', video: 'screen_share' },
  other: { audio: 'unknown', video: 'unknown' },
};

export function sourceOf(source: StreamSource, kind: MediaKind): TrackSource {
  return trackSources[source][kind];
}

/** What the stream of that id shows, where its publisher does not say. */
export function usualSource(stream: string): StreamSource {
  if (stream === webcam) return 'camera';
  return stream === 'screen' ? 'screen' : 'other';
}
