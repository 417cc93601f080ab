import { z } from 'zod';
import { invalidSession } from '../errors.js';
import { connectionRequest } from '../request-type.js';

export const connect = connectionRequest({
  name: 'connect',
  params: z.object({ sessionId: z.string().nullish().meta({ description: 'The session to go on with' }) }),
  // `value` comes first: the Java client reads the first member (docs/protocols/kurento-room.md#13-the-session-layer).
  result: z.object({ value: z.enum(['OK', 'reconnection successful']), sessionId: z.string() }),
  namesAnySession: true,
  summary: 'Starts a session, or goes on with one on a new socket.',
  description:
    'With the sessionId of a session whose socket was lost, and within the grace time, everything goes on: membership, streams, and what was missed follows the answer in order.',
  example: {
    params: { sessionId: '5d41402abc4b2a76b9719d911017c592' },
    result: { value: 'reconnection successful', sessionId: '5d41402abc4b2a76b9719d911017c592' },
  },
  errors: [{ reason: invalidSession, when: 'The session that `sessionId` names is unknown or expired.' }],
  handle: ({ link }, { sessionId }) => {
    if (sessionId == null) return { answer: { value: 'OK' as const, sessionId: link.session.id } };
    const { id, sendMissed } = link.resume(sessionId);
    return {
      answer: { value: 'reconnection successful' as const, sessionId: id },
      ...(sendMissed && { afterwards: sendMissed }),
    };
  },
});
