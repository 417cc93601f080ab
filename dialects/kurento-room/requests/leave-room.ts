import { z } from 'zod';
import { roomRequest } from '../request-type.js';

export const leaveRoom = roomRequest({
  name: 'leaveRoom',
  params: z.object({
    sessionId: z.unknown().optional().meta({ description: 'The session. A client that names it keeps its socket' }),
  }),
  result: z.object({}),
  summary: 'Leaves the room.',
  description:
    'The others are told first. The session goes on with its connection, and is gone with it. The server closes the socket a second later, unless the client uses it again, pings, or names its session in this request.',
  example: { params: {}, result: {} },
  handle: (_participant, { sessionId }, { session }) => {
    session.leave(sessionId != null);
    return { answer: {} };
  },
});
