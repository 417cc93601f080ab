import { z } from 'zod';
import { mostLastN } from '../../../rooms/index.js';
import { roomRequest } from '../request-type.js';

export const setLastN = roomRequest({
  name: 'setLastN',
  params: z.object({
    n: z.int().min(0).max(mostLastN).nullish().meta({
      description: '0: of everybody. Absent or null: as the room has it (`lastN` of updateRoom), as at first',
    }),
  }),
  result: z.object({}),
  summary: 'Says of how many of the latest speakers the client wants the video.',
  description:
    'Of the streams that it receives, the pictures of the N latest speakers come, and of those that have not spoken those that were there first. Screens come besides, and so do streams to which setSubscription has given a priority; sound always comes. It follows the speakers once a second at most.',
  example: { params: { n: 4 }, result: {} },
  handle: (participant, { n }) => {
    participant.setLastN(n ?? undefined);
    return { answer: {} };
  },
});
