import { z } from 'zod';
import { maxStreams, webcam } from '../../../rooms/index.js';
import { lenientBoolean } from '../lenient.js';
import { roomRequest } from '../request-type.js';
import { givenSourceSchema, streamIdSchema } from '../streams.js';
import { negotiationErrors, sdpAnswer, sdpOffer, shortSdp } from './negotiation.js';

export const publishVideo = roomRequest({
  name: 'publishVideo',
  params: z.object({
    sdpOffer,
    doLoopback: lenientBoolean
      .optional()
      .meta({ description: 'Send the stream back to its publisher too; also taken beside `params`' }),
    stream: streamIdSchema.optional(),
    source: givenSourceSchema
      .optional()
      .meta({ description: 'What it shows. Default: by the id; `webcam` is a camera, `screen` a screen' }),
    reopen: z.boolean().optional().meta({
      description:
        'Go on with the stream where it is published already, over another connection: the others are told nothing, and go on receiving. Default: false',
    }),
  }),
  // The published document prints it there (docs/protocols/kurento-room.md#32-publishvideo).
  besideParams: ['doLoopback'],
  result: z.object({ sdpAnswer }),
  summary: 'Offers a stream of the participant to the room.',
  description:
    'The others are told participantPublished after the answer. Server candidates come as iceCandidate, possibly before it.',
  example: { params: { sdpOffer: shortSdp, doLoopback: false }, result: { sdpAnswer: shortSdp } },
  errors: [
    ...negotiationErrors,
    { reason: 'not-allowed', when: 'The participant may publish nothing of what the offer sends.' },
    { reason: 'already-publishing', when: 'The participant is already publishing.' },
    { reason: 'too-many', when: `The participant publishes ${maxStreams} streams already.` },
  ],
  handle: async (participant, params, { session }) => {
    const { sdpOffer: offer, doLoopback: loopback = false, stream, source, reopen = false } = params;
    const id = stream ?? webcam;
    if (reopen && participant.publicationOf(id)) {
      return { answer: { sdpAnswer: await participant.reopen(offer, id) } };
    }
    const told = session.publicationOptions(participant, id);
    const options = { loopback, dataChannels: session.dataChannels, stream, source, ...told };
    const { sdpAnswer: answered, announce } = await participant.publish(offer, options);
    return { answer: { sdpAnswer: answered }, afterwards: announce };
  },
});
