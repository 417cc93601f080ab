import { z } from 'zod';
import { RoomError } from '../../../rooms/index.js';
import { roomRequest } from '../request-type.js';
import { sender, senderIn, senderNotFound } from './sender.js';

const pixels = z.int().min(0).max(16_384);

export const setSubscription = roomRequest({
  name: 'setSubscription',
  params: z.object({
    sender,
    audio: z.boolean().optional().meta({ description: 'Whether its sound is to come. At first it does' }),
    video: z.boolean().optional().meta({ description: 'Whether its picture is to come. At first it does' }),
    maxLayer: z
      .literal([0, 1, 2], 'must be 0, 1 or 2')
      .optional()
      .meta({ description: 'No layer of the picture above this one; 0 is the smallest. At first 2' }),
    width: pixels.optional().meta({
      description: 'Of the place where the picture is shown, in pixels of the screen; 0: in any size, as at first',
    }),
    height: pixels.optional(),
    maxFrameRate: z.int().min(0).max(240).optional().meta({
      description: 'Pictures in a second, where it is sent so that some can be left out; 0: all, as at first',
    }),
    priority: z.int().min(0).max(100).optional().meta({
      description:
        'Where not all can have what they want, the highest comes first; of equal ones screens, then those who speak, then larger pictures. At first 0',
    }),
  }),
  result: z.object({}),
  summary: 'Says what is wanted of a stream that is received.',
  description:
    'For clients with the feature `quality`. What is absent stays as it was; a new receiveVideoFrom begins as at first. A picture that is not wanted costs no packet, and goes on with a keyframe. What the media server cannot do is ignored: `capabilities` of joinRoom says what it can.',
  example: { params: { sender: 'ana_webcam', width: 320, height: 180 }, result: {} },
  errors: [
    senderNotFound,
    { reason: 'not-publishing', when: 'The participant does not receive that stream.' },
    { reason: 'media-failed', when: 'The media server failed or did not answer in time.' },
  ],
  handle: async (participant, { sender: text, ...wish }, { session }) => {
    const { publisher, stream } = senderIn(participant.room, text, session.features);
    const subscription = participant.subscriptionTo(publisher, stream);
    if (subscription?.state !== 'open') {
      throw new RoomError('not-publishing', `${participant.name} does not receive ${text}`);
    }
    await subscription.want(wish);
    return { answer: {} };
  },
});
