import { z } from 'zod';
import { kindsSchema, moderatorRequest, targetId, targetNotFound, targetOf } from './moderating.js';

export const requestUnmute = moderatorRequest({
  name: 'requestUnmute',
  params: z.object({ id: targetId, kinds: kindsSchema }),
  summary: 'Asks somebody to send audio or video again.',
  description: 'They are told unmuteRequested, and decide. Nobody can be unmuted from afar.',
  example: { params: { id: 'berta', kinds: ['audio'] } },
  errors: [targetNotFound, { reason: 'too-many', when: 'They were asked less than ten seconds ago.' }],
  handle: (moderation, { id, kinds }, participant) => {
    moderation.requestUnmute(targetOf(participant, id), kinds);
  },
});
