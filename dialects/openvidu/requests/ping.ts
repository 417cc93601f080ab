import { z } from 'zod';
import { pingInterval } from '../../session-layer/connection-requests.js';
import { connectionRequest } from '../request-type.js';

export const ping = connectionRequest({
  name: 'ping',
  params: z.object({
    interval: pingInterval('page'),
  }),
  result: z.object({ value: z.literal('pong') }),
  summary: 'Shows that the page is there.',
  description:
    'Answered at once, also before joinRoom. After the first ping of a connection the server closes it when none comes for three intervals.',
  example: { params: { interval: 5000 }, result: { value: 'pong' } },
  handle: ({ link }, { interval }) => {
    link.watch(interval ?? undefined);
    return { answer: { value: 'pong' as const } };
  },
});
