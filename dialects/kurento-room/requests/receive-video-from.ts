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
    'Doing it again replaces the subscription. What follows the name in `sender` is the id of the stream; without it, and for clients without the feature `streams` with `_webcam`, it is the camera, or else the screen. The `sender` may hold underscores: the part before the last one is tried as a name, then the part before the first one, then the whole.',
  example: { params: { sender: 'ana_webcam', sdpOffer: shortSdp }, result: { sdpAnswer: shortSdp } },
  errors: [
    senderNotFound,
    {
      reason: 'not-publishing',
      when: 'The participant named by `sender` is not publishing, or stopped meanwhile.',
    },
    { reason: 'not-publishing', when: 'The participant publishes no stream of that id.' },
    {
      reason: 'own-publication',
      when: "`sender` is the participant's own name: loopback is an option of publishVideo.",
    },
    ...negotiationErrors,
    { reason: 'not-allowed', when: 'The participant may receive no streams.' },
  ],
  handle: async (participant, params, { session }) => {
    const { publisher, stream } = senderIn(participant.room, params.sender, session.features);
    const connectionFailed = session.failureListener(params.sender);
    const options = { stream, connectionFailed };
    return { answer: { sdpAnswer: await participant.subscribe(publisher, params.sdpOffer, options) } };
  },
});
