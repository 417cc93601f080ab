import { z } from 'zod';
import type { ConnectionCall } from './call.js';

/** The request `closeSession`, without its summary. */
export const closeSessionRequest = {
  name: 'closeSession',
  params: z.object({}),
  result: z.literal('bye'),
  description: 'The result is a bare text, without sessionId.',
  example: { params: {}, result: 'bye' },
  handle: ({ link }: ConnectionCall) => {
    link.endSession();
    return {
      answer: 'bye' as const,
      afterwards: () => {
        link.close('The session is closed');
      },
    };
  },
} as const;

/** `interval` of the request `ping`. @param client what pings, for the documentation */
export function pingInterval(client: string) {
  return z
    .union([z.number(), z.string().transform(Number)], 'must be a number')
    .nullish()
    .meta({ description: `How often the ${client} pings from now on, in ms; only the first on a connection counts` });
}
