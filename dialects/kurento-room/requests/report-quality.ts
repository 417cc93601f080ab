import { z } from 'zod';
import { roomRequest } from '../request-type.js';

const way = z.object({
  loss: z.number().min(0).max(1).meta({ description: 'Share of the packets that were lost' }),
  rttMs: z.number().min(0).max(600_000).meta({ description: 'To the server and back' }),
  kbps: z.number().min(0).max(10_000_000),
});

export const reportQuality = roomRequest({
  name: 'reportQuality',
  params: z.object({
    up: way.meta({ description: 'What the client sends' }),
    down: way.meta({ description: 'What it receives' }),
    frozenMs: z
      .number()
      .min(0)
      .max(600_000)
      .meta({ description: 'For how long the pictures that it receives stood still' }),
    cpuLimited: z
      .boolean()
      .optional()
      .meta({ description: 'Whether its machine is too busy for the pictures that it sends' }),
  }),
  result: z.object({}),
  summary: 'Says how well sound and pictures got through in the last 10 s.',
  description:
    'To be sent every 10 s, also while nothing is published. Joined with what the media server sees it gives the level of the participant. It is `poor` above a loss of 0.08, a round trip of 600 ms or 1 s of frozen pictures, `good` above a loss of 0.02 or a round trip of 250 ms, else `excellent`; it takes two reports in a row to change it. A client that has reported and of which nothing is heard for 5 s is `lost`: no message and no packet.',
  example: {
    params: {
      up: { loss: 0.004, rttMs: 48, kbps: 1150 },
      down: { loss: 0.011, rttMs: 48, kbps: 2300 },
      frozenMs: 0,
      cpuLimited: false,
    },
    result: {},
  },
  answeredFirst: true,
  mayWaitMs: { request: 50, answer: 50 },
  errors: [{ reason: 'too-many', when: 'The participant has reported 5 times in less than 10 s.' }],
  handle: (participant, { cpuLimited = false, ...report }, { session }) => {
    participant.reportQuality({ ...report, cpuLimited }, session);
    return { answer: {} };
  },
});
