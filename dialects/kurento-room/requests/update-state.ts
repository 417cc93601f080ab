import { z } from 'zod';
import { lenientBoolean } from '../lenient.js';
import { roomRequest } from '../request-type.js';
import { streamSchema } from './moderating.js';

export const updateState = roomRequest({
  name: 'updateState',
  params: z.object({
    stream: streamSchema,
    audio: lenientBoolean.optional().meta({ description: 'False: the client has muted it itself' }),
    video: lenientBoolean.optional().meta({ description: 'As `audio`' }),
  }),
  result: z.object({}),
  summary: 'Says what the client has muted itself.',
  description:
    'What is absent stays. It holds for later publications too. Everybody is told participantStateChanged, after the answer the participant too.',
  example: { params: { audio: false }, result: {} },
  answeredFirst: true,
  handle: (participant, { audio, video }) => {
    participant.updateState({ audio, video });
    return { answer: {} };
  },
});
