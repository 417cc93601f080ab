import { z } from 'zod';
import { roomRequest } from '../request-type.js';
import { nobodyOfThatId, sender, senderIn } from './sender.js';

export const unsubscribeFromVideo = roomRequest({
  name: 'unsubscribeFromVideo',
  params: z.object({ sender }),
  result: z.object({}),
  summary: 'Ends receiving a stream.',
  description: 'Succeeds also when it was not received. Nobody else is told.',
  example: { params: { sender: 'con_Fq3kT8vWzA' }, result: {} },
  errors: [nobodyOfThatId],
  handle: (participant, { sender: id }, { session }) => {
    const from = senderIn(session.ovSession, id);
    participant.unsubscribe(from.participant);
    session.connection.unsubscribed(from.connection);
    return { answer: {} };
  },
});
