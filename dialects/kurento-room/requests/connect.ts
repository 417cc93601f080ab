import { z } from 'zod';
import { invalidSession } from '../errors.js';
import { receivedSchema } from '../received.js';
import { connectionRequest } from '../request-type.js';

export const connect = connectionRequest({
  name: 'connect',
  params: z.object({
    sessionId: z.string().nullish().meta({ description: 'The session to go on with' }),
    received: receivedSchema.nullish(),
  }),
  // `value` comes first: the Java client reads the first member (docs/protocols/kurento-room.md#13-the-session-layer).
  result: z.object({
    value: z.enum(['OK', 'reconnection successful']),
    sessionId: z.string(),
    lastRequest: z.union([z.string(), z.number(), z.null()]).optional().meta({
      description:
        'With the feature `resume`: the id of the last request that was answered. What came after it is to be sent again',
    }),
  }),
  namesAnySession: true,
  summary: 'Starts a session, or goes on with one on a new socket.',
  description:
    'With the sessionId of a session whose socket was lost, and within the grace time, everything goes on: membership, streams, and what was missed follows the answer in order.',
  example: {
    params: { sessionId: '5d41402abc4b2a76b9719d911017c592' },
    result: { value: 'reconnection successful', sessionId: '5d41402abc4b2a76b9719d911017c592' },
  },
  errors: [
    { reason: invalidSession, when: 'The session that `sessionId` names is unknown or expired.' },
    { reason: invalidSession, when: 'What follows the `received` messages is not kept any more.' },
  ],
  handle: async ({ link }, { sessionId, received }) => {
    if (sessionId == null) return { answer: { value: 'OK' as const, sessionId: link.sessionId } };
    const { id, lastRequest, sendMissed } = await link.resume(sessionId, received ?? undefined);
    return {
      answer: {
        value: 'reconnection successful' as const,
        sessionId: id,
        ...(lastRequest !== undefined && { lastRequest: JSON.parse(lastRequest) as string | number | null }),
      },
      ...(sendMissed && { afterwards: sendMissed }),
    };
  },
});
