import { z } from 'zod';
import { lenientBoolean } from '../lenient.js';
import { roomRequest } from '../request-type.js';

export const raiseHand = roomRequest({
  name: 'raiseHand',
  params: z.object({ raised: lenientBoolean }),
  result: z.object({}),
  summary: "Raises or lowers the participant's own hand.",
  description: 'Everybody is told participantStateChanged, after the answer the participant too.',
  example: { params: { raised: true }, result: {} },
  answeredFirst: true,
  handle: (participant, { raised }) => {
    participant.raiseHand(raised);
    return { answer: {} };
  },
});
