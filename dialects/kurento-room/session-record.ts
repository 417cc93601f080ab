import { z } from 'zod';
import { sessionRecord as layerRecord } from '../session-layer/session-record.js';

/** What another process needs to go on with a client of this protocol. */
export const sessionRecord = layerRecord.extend({
  /** By name. */
  features: z.array(z.string()),
  dataChannels: z.boolean(),
  resumeToken: z.string().optional(),
});

export type SessionRecord = z.infer<typeof sessionRecord>;
