import { z } from 'zod';
import { everybody, moderatorRequest, targetNotFound, targetsOf } from './moderating.js';

export const lowerHand = moderatorRequest({
  name: 'lowerHand',
  params: z.object({
    id: z
      .string()
      .min(1)
      .meta({ description: `The id of a participant; \`${everybody}\`: everybody` }),
  }),
  summary: "Lowers somebody's hand, or those of all.",
  example: { params: { id: 'berta' } },
  errors: [targetNotFound],
  handle: (moderation, { id }, participant) => {
    moderation.lowerHand(targetsOf(participant, id));
  },
});
