import { z } from 'zod';
import { maxStreams } from '../../../rooms/index.js';
import { lenientBoolean } from '../lenient.js';
import { roomRequest } from '../request-type.js';
import { streamIdSchema } from '../streams.js';

export const updateState = roomRequest({
  name: 'updateState',
  params: z.object({
    stream: streamIdSchema.optional().meta({ description: 'Default: `webcam`' }),
    audio: lenientBoolean.optional().meta({ description: 'False: the client has muted it itself' }),
    video: lenientBoolean.optional().meta({ description: 'As `audio`' }),
  }),
  result: z.object({}),
  summary: 'Says what the client has muted itself.',
  description:
    'What is absent stays. It holds for later publications too. Everybody is told participantStateChanged, after the answer the participant too.',
  example: { params: { audio: false }, result: {} },
  answeredFirst: true,
  errors: [{ reason: 'too-many', when: `The participant mutes more than ${maxStreams} streams.` }],
  handle: (participant, state) => {
    participant.updateState(state);
    return { answer: {} };
  },
});
