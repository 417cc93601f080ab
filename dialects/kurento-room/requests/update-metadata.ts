import { z } from 'zod';
import { roomRequest } from '../request-type.js';

export const updateMetadata = roomRequest({
  name: 'updateMetadata',
  params: z.object({
    name: z.string().optional().meta({ description: 'For display: the id stays' }),
    metadata: z.string().optional().meta({ description: 'Any text; the server does not read it' }),
    attributes: z.record(z.string(), z.string()).optional().meta({ description: 'An empty value deletes one' }),
  }),
  result: z.object({}),
  summary: 'Changes what others are shown of the participant.',
  description: 'What is absent stays. Everybody is told participantUpdated, after the answer the participant too.',
  example: { params: { name: 'Berta B.', attributes: { seat: '4' } }, result: {} },
  errors: [
    { reason: 'not-allowed', when: 'The participant does not have the grant canUpdateOwnMetadata.' },
    {
      reason: 'invalid-text',
      when: '`metadata` or all `attributes` together have more than `MAX_METADATA_BYTES` bytes, or there are more than 64 attributes.',
    },
    { reason: 'invalid-name', when: '`name` has more than 256 characters, or one that nobody sees.' },
  ],
  answeredFirst: true,
  handle: (participant, { name, metadata, attributes: tags }) => {
    participant.updateProfile({ name, metadata, tags });
    return { answer: {} };
  },
});
