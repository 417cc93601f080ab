import { z } from 'zod';
import { moderatorRequest, reasonSchema } from './moderating.js';
import { nobodyWaits, waitingId } from './waiting.js';

export const denyParticipant = moderatorRequest({
  name: 'denyParticipant',
  params: z.object({ id: waitingId, reason: reasonSchema }),
  summary: 'Does not let in somebody who waits.',
  description: 'For a minute they cannot ask again.',
  example: { params: { id: 'waiting-1', reason: 'The meeting is full' } },
  errors: [nobodyWaits],
  handle: (moderation, { id, reason }) => {
    moderation.deny(id, reason);
  },
});
