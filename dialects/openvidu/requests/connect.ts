import { z } from 'zod';
import { ProtocolError, invalidSession, reconnectionError } from '../../session-layer/errors.js';
import { connectionRequest } from '../request-type.js';

export const connect = connectionRequest({
  name: 'connect',
  params: z.object({
    sessionId: z.string().nullish().meta({ description: 'As joinRoom has answered it' }),
    reconnect: z.boolean().nullish(),
  }),
  result: z.object({ value: z.enum(['OK', 'reconnection successful']), sessionId: z.string() }),
  namesAnySession: true,
  summary: 'Goes on with a session on a new socket.',
  description:
    'Within the grace time everything goes on: the connection, its streams; what was missed follows the answer in order. On an error the library ends its session and never joins again by itself.',
  example: {
    params: { sessionId: '5d41402abc4b2a76b9719d911017c592', reconnect: true },
    result: { value: 'reconnection successful', sessionId: '5d41402abc4b2a76b9719d911017c592' },
  },
  errors: [
    { reason: invalidSession, when: 'The session that `sessionId` names is unknown, expired or has left.' },
    { reason: invalidSession, when: '`reconnect` is true and there is no `sessionId`.' },
  ],
  handle: async ({ link }, { sessionId, reconnect }) => {
    if (sessionId == null) {
      // The library would believe that it had been resumed.
      if (reconnect === true) throw new ProtocolError(invalidSession, reconnectionError);
      return { answer: { value: 'OK' as const, sessionId: link.sessionId } };
    }
    const { id, sendMissed } = await link.resume(sessionId, undefined);
    return {
      answer: { value: 'reconnection successful' as const, sessionId: id },
      ...(sendMissed && { afterwards: sendMissed }),
    };
  },
});
