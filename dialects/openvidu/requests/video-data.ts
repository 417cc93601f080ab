import { z } from 'zod';
import { roomRequest } from '../request-type.js';

export const videoData = roomRequest({
  name: 'videoData',
  params: z.object({}),
  result: z.object({}),
  summary: 'Says what the picture is like, 8 s after publishing and several times more. Nothing follows from it.',
  example: { params: {}, result: {} },
  mayWaitMs: { request: 10, answer: 50 },
  handle: () => ({ answer: {} }),
});
