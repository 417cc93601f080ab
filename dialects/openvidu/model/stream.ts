import { z } from 'zod';
import { videoTypes } from './ids.js';

/** What is done to a stream at the media server. */
export const streamFilter = z.object({
  type: z.string(),
  options: z.unknown(),
  lastExecMethod: z.object({ method: z.string(), params: z.unknown() }).optional(),
});
export type StreamFilter = z.output<typeof streamFilter>;

/** How its publisher describes a stream. */
export const mediaOptions = z.object({
  hasAudio: z.boolean(),
  hasVideo: z.boolean(),
  /** The present state of mute. */
  audioActive: z.boolean(),
  videoActive: z.boolean(),
  /** Undefined: audio alone. */
  typeOfVideo: z.enum(videoTypes).optional(),
  /** -1: unknown. */
  frameRate: z.number(),
  /** JSON, as `{"width":640,"height":480}`. Undefined: unknown. */
  videoDimensions: z.string().optional(),
  filter: streamFilter.optional(),
});
export type MediaOptions = z.output<typeof mediaOptions>;

export const ovStream = mediaOptions.extend({
  /** `str_…`: another one with each publication. */
  id: z.string(),
  /** In ms since 1970. */
  createdAt: z.number(),
});
export type OvStream = Readonly<z.output<typeof ovStream>>;

/** What may change while it is published. */
export type StreamChanges = Partial<Pick<MediaOptions, 'audioActive' | 'videoActive' | 'videoDimensions' | 'filter'>>;
