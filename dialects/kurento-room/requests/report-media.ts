import { z } from 'zod';
import { candidatePairs, pairsInShort } from '../../candidate-pairs.js';
import { roomRequest } from '../request-type.js';

export const reportMedia = roomRequest({
  name: 'reportMedia',
  params: z.object({
    sender: z.string().min(1).max(512).meta({ description: 'Whose stream it is; our own for what we send' }),
    state: z.literal('failed'),
    candidatePairs,
    relay: z
      .enum(['none', 'refused', 'unanswered', 'ready'])
      .optional()
      .meta({ description: 'The way through a TURN server' }),
    count: z.int().positive().optional().meta({ description: 'How many have failed since the client joined' }),
  }),
  result: z.object({}),
  summary: 'Says that a media connection could not be made or kept.',
  description: 'For clients with the feature `reports`. The server writes one line of its log, and does nothing else.',
  example: {
    params: {
      sender: 'ana_webcam',
      state: 'failed',
      candidatePairs: [{ local: 'host', remote: 'srflx', protocol: 'udp', state: 'failed' }],
      relay: 'none',
      count: 1,
    },
    result: {},
  },
  handle: (_participant, { sender, candidatePairs: pairs, relay, count }, { session }) => {
    session.mediaFailed({ sender, pairs: pairsInShort(pairs), relay, count });
    return { answer: {} };
  },
});
