import { z } from 'zod';
import { connectionRequest } from '../request-type.js';

export const ping = connectionRequest({
  name: 'ping',
  params: z.object({
    interval: z
      .union([z.number(), z.string().transform(Number)], 'must be a number')
      .nullish()
      .meta({ description: 'How often the page pings from now on, in ms; only the first on a connection counts' }),
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
