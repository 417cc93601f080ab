import { z } from 'zod';
import { sources } from './grants.js';

/** As in LiveKit's video grant. */
export const grantsSchema = z.object({
  roomJoin: z.boolean(),
  roomCreate: z.boolean(),
  roomList: z.boolean(),
  roomAdmin: z.boolean(),
  roomRecord: z.boolean(),
  canPublish: z.boolean(),
  canSubscribe: z.boolean(),
  canPublishData: z.boolean(),
  canPublishSources: z.array(z.enum(sources)).meta({ description: 'Empty: all' }),
  canUpdateOwnMetadata: z.boolean(),
  hidden: z.boolean(),
  recorder: z.boolean(),
});
