import { z } from 'zod';
import { connectionRequest } from '../request-type.js';

export const closeSession = connectionRequest({
  name: 'closeSession',
  params: z.object({}),
  result: z.literal('bye'),
  summary: 'Leaves at once, without grace time; then the socket is closed.',
  description: 'The result is a bare text, without sessionId.',
  example: { params: {}, result: 'bye' },
  handle: ({ link }) => {
    link.endSession();
    return {
      answer: 'bye' as const,
      afterwards: () => {
        link.close('The session is closed');
      },
    };
  },
});
