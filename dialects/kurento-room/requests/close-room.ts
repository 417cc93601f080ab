import { z } from 'zod';
import { moderatorRequest, reasonSchema } from './moderating.js';

export const closeRoom = moderatorRequest({
  name: 'closeRoom',
  params: z.object({ reason: reasonSchema }),
  summary: 'Ends the room for all.',
  description: 'Everybody is told roomClosed, after the answer the one who asks too.',
  example: { params: { reason: 'Time is over' } },
  handle: (moderation, { reason }) => {
    moderation.close(reason);
  },
});
