import { z } from 'zod';
import { recordingWish } from './recording-properties.js';

export const videoCodecs = ['MEDIA_SERVER_PREFERRED', 'NONE', 'VP8', 'VP9', 'H264'] as const;

/** Body of `POST /sessions`. */
export const sessionBody = z.object({
  /** Empty: the server finds one. */
  customSessionId: z
    .string()
    .regex(/^[A-Za-z0-9_-]*$/, 'must have letters, digits, - and _ alone')
    .max(200)
    .default(''),
  mediaMode: z.enum(['ROUTED', 'RELAYED']).default('ROUTED'),
  recordingMode: z.enum(['MANUAL', 'ALWAYS']).default('MANUAL'),
  defaultRecordingProperties: recordingWish.default({}),
  /** Default: as the server is configured. */
  forcedVideoCodec: z.enum(videoCodecs).optional(),
  allowTranscoding: z.boolean().optional(),
});
export type SessionBody = z.output<typeof sessionBody>;

/** What is kept of a session. */
export const sessionRecord = z.object({
  id: z.string(),
  /** In ms since 1970. */
  createdAt: z.number(),
  properties: sessionBody.required({ forcedVideoCodec: true, allowTranscoding: true }),
  /** Whether a member has ever joined. */
  isActive: z.boolean(),
});
export type SessionRecord = z.output<typeof sessionRecord>;
export type SessionProperties = SessionRecord['properties'];
