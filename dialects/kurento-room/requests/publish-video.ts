import { z } from 'zod';
import { lenientBoolean } from '../lenient.js';
import { roomRequest } from '../request-type.js';
import { negotiationErrors, sdpAnswer, sdpOffer, shortSdp } from './negotiation.js';

export const publishVideo = roomRequest({
  name: 'publishVideo',
  params: z.object({
    sdpOffer,
    doLoopback: lenientBoolean
      .optional()
      .meta({ description: 'Send the stream back to its publisher too; also taken beside `params`' }),
  }),
  // The published document prints it there (docs/protocols/kurento-room.md#32-publishvideo).
  besideParams: ['doLoopback'],
  result: z.object({ sdpAnswer }),
  summary: "Offers the participant's stream to the room.",
  description:
    'The others are told participantPublished after the answer. Server candidates come as iceCandidate, possibly before it.',
  example: { params: { sdpOffer: shortSdp, doLoopback: false }, result: { sdpAnswer: shortSdp } },
  errors: [
    ...negotiationErrors,
    { reason: 'not-allowed', when: 'The participant may publish nothing of what the offer sends.' },
    { reason: 'already-publishing', when: 'The participant is already publishing.' },
  ],
  handle: async (participant, params, { session }) => {
    const taken = (): void => {
      session.publicationTaken(participant);
    };
    const options = { loopback: params.doLoopback ?? false, dataChannels: session.dataChannels, taken };
    const { sdpAnswer: answered, announce } = await participant.publish(params.sdpOffer, options);
    return { answer: { sdpAnswer: answered }, afterwards: announce };
  },
});
