import { z } from 'zod';
import { lenientBoolean } from '../lenient.js';
import { moderatorRequest, reasonSchema, targetId, targetIsAbove, targetNotFound, targetOf } from './moderating.js';

/** A year, in ms, as over REST. */
const longestBanMs = 31_536_000_000;

export const forceDisconnect = moderatorRequest({
  name: 'forceDisconnect',
  params: z.object({
    id: targetId,
    reason: reasonSchema,
    banMs: z
      .int()
      .min(-1)
      .max(longestBanMs)
      .default(0)
      .meta({ description: 'How long they are kept out, in ms; -1: as long as the room lives' }),
    revoke: lenientBoolean.optional().meta({ description: 'Refuse the tokens that they have so far' }),
  }),
  summary: 'Removes somebody from the room.',
  description:
    'They are told participantEvicted. Their session cannot be resumed, and for `EVICTION_MS` they cannot join again. A ban is about the identity of a token, and without one about name and address.',
  example: { params: { id: 'berta', reason: 'Please be quiet', banMs: 3600000 } },
  errors: [targetNotFound, targetIsAbove],
  handle: (moderation, { id, reason, banMs, revoke = false }, participant) => {
    moderation.evict(targetOf(participant, id), { reason, banMs, revoke });
  },
});
