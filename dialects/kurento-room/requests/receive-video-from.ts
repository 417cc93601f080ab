import { z } from 'zod';
import { roomRequest } from '../request-type.js';
import { negotiationErrors, sdpAnswer, sdpOffer, shortSdp } from './negotiation.js';
import { sender, senderIn, senderNotFound } from './sender.js';

export const receiveVideoFrom = roomRequest({
  name: 'receiveVideoFrom',
  params: z.object({ sender, sdpOffer }),
  result: z.object({ sdpAnswer }),
  summary: "Receives another participant's stream.",
  description:
    'Doing it again replaces the subscription. The `sender` may hold underscores: the part before the last one is tried as a name, then the part before the first one, then the whole.',
  example: { params: { sender: 'ana_webcam', sdpOffer: shortSdp }, result: { sdpAnswer: shortSdp } },
  errors: [
    senderNotFound,
    {
      reason: 'not-publishing',
      when: 'The participant named by `sender` is not publishing, or stopped meanwhile.',
    },
    {
      reason: 'own-publication',
      when: "`sender` is the participant's own name: loopback is an option of publishVideo.",
    },
    ...negotiationErrors,
    { reason: 'not-allowed', when: 'The participant may receive no streams.' },
  ],
  handle: async (participant, params) => {
    const publisher = senderIn(participant.room, params.sender);
    return { answer: { sdpAnswer: await participant.subscribe(publisher, params.sdpOffer) } };
  },
});
