import { z } from 'zod';
import { ProtocolError } from '../../session-layer/errors.js';
import { connectionRequest } from '../request-type.js';

export const echo = connectionRequest({
  name: 'echo',
  params: z.object({}),
  result: z.object({ sessionId: z.string() }),
  summary: 'Answered at once: the library finds out whether signalling lives.',
  example: { params: {}, result: { sessionId: '5d41402abc4b2a76b9719d911017c592' } },
  errors: [{ reason: 803, when: 'The page is in no session: joinRoom must be the first operation.' }],
  handle: ({ link }) => {
    if (!link.isIn) throw new ProtocolError(803, 'You are in no session: joinRoom must be the first operation');
    return { answer: { sessionId: link.sessionId } };
  },
});
