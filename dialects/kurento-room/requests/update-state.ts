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
    speaking: lenientBoolean.optional().meta({
      description:
        'Whether the client hears its user speak. True holds for 10 s unless it is said again. It counts where the media server does not find out who speaks',
    }),
  }),
  result: z.object({}),
  summary: 'Says what the client has muted itself, and whether its user speaks.',
  description:
    'What is absent stays. It holds for later publications too. Everybody is told participantStateChanged, after the answer the participant too; of those that speak, clients with the feature `speakers` are told activeSpeakersChanged.',
  example: { params: { audio: false }, result: {} },
  answeredFirst: true,
  errors: [
    { reason: 'too-many', when: `The participant mutes more than ${maxStreams} streams.` },
    { reason: 'too-many', when: 'The participant has said 4 times in less than a second whether it speaks.' },
    {
      reason: 'not-publishing',
      when: 'The participant says that it speaks, and sends no audio, or has muted it, or a moderator has.',
    },
  ],
  handle: (participant, state) => {
    participant.updateState(state);
    return { answer: {} };
  },
});
