import { z } from 'zod';
import { pingInterval } from '../../session-layer/connection-requests.js';
import { receivedSchema } from '../received.js';
import { connectionRequest } from '../request-type.js';

export const ping = connectionRequest({
  name: 'ping',
  params: z.object({
    interval: pingInterval('client'),
    received: receivedSchema.nullish(),
  }),
  result: z.object({ value: z.literal('pong'), sessionId: z.string().optional() }),
  summary: 'Shows that the client is there.',
  description:
    'Answered at once, also before joinRoom. After the first ping of a connection the server closes it when none comes for three intervals. The answer holds the sessionId once the connection has a session.',
  example: { params: { interval: 5000 }, result: { value: 'pong' } },
  handle: ({ link }, { interval, received }) => {
    link.watch(interval ?? undefined);
    if (received != null) link.acknowledged(received);
    const sessionId = link.presentId;
    return { answer: { value: 'pong' as const, ...(sessionId && { sessionId }) } };
  },
});
