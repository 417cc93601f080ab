import { z } from 'zod';
import { moderatorRequest } from './moderating.js';
import { nobodyWaits, waitingId } from './waiting.js';

export const admitParticipant = moderatorRequest({
  name: 'admitParticipant',
  params: z.object({ id: waitingId }),
  summary: 'Lets in somebody who waits.',
  description: 'Their next joinRoom succeeds, within a minute.',
  example: { params: { id: 'waiting-1' } },
  errors: [nobodyWaits],
  handle: (moderation, { id }) => {
    moderation.admit(id);
  },
});
