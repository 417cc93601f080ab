import { z } from 'zod';
import { roomRequest } from '../request-type.js';

export const leaveRoom = roomRequest({
  name: 'leaveRoom',
  params: z.object({}),
  result: z.object({}),
  summary: 'Leaves the session.',
  description:
    'The library closes its socket then; the server does so 10 s later. With another token the page may join again.',
  example: { params: {}, result: {} },
  handle: (_participant, _params, { session }) => {
    session.leave();
    return { answer: {} };
  },
});
