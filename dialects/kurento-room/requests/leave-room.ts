import { z } from 'zod';
import { roomRequest } from '../request-type.js';

export const leaveRoom = roomRequest({
  name: 'leaveRoom',
  params: z.object({}),
  result: z.object({}),
  summary: 'Leaves the room.',
  description:
    'The others are told first. The session is gone with the answer; the server closes the socket a second later, unless the client uses it again.',
  example: { params: {}, result: {} },
  handle: (_participant, _params, { session }) => {
    session.leave();
    return {
      answer: {},
      afterwards: () => {
        session.forgetId();
      },
    };
  },
});
