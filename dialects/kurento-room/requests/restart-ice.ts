import { z } from 'zod';
import { roomRequest } from '../request-type.js';
import { negotiationErrors, sdpAnswer, sdpOffer, shortSdp } from './negotiation.js';
import { sender, senderIn, senderNotFound } from './sender.js';

export const restartIce = roomRequest({
  name: 'restartIce',
  params: z.object({ sender, sdpOffer }),
  result: z.object({ sdpAnswer }),
  summary: 'Moves a stream that is published or received to another network.',
  description:
    'For a client whose network has changed: an offer with `iceRestart`, of the peer connection that there is. `sender` is the participant itself for a stream that it publishes. The others are told nothing, and everybody goes on receiving. Where it is refused everything is as it was, and the client may publish, or receive, once more. A Kurento Media Server cannot do it: media-failed.',
  example: { params: { sender: 'ana_webcam', sdpOffer: shortSdp }, result: { sdpAnswer: shortSdp } },
  errors: [
    senderNotFound,
    { reason: 'not-publishing', when: 'The participant neither publishes nor receives the stream named by `sender`.' },
    ...negotiationErrors,
  ],
  handle: async (participant, params, { session }) => {
    const { publisher, stream } = senderIn(participant.room, params.sender, session.features);
    return { answer: { sdpAnswer: await participant.restart(publisher, params.sdpOffer, stream) } };
  },
});
