import { z } from 'zod';
import { roomRequest } from '../request-type.js';
import { sdpAnswer } from './negotiation.js';
import { sender, senderIn, senderNotFound } from './sender.js';

export const unsubscribeFromVideo = roomRequest({
  name: 'unsubscribeFromVideo',
  params: z.object({ sender }),
  // For the iOS client, which insists on the member (docs/protocols/kurento-room.md#35-unsubscribefromvideo).
  result: z.object({ sdpAnswer }),
  summary: 'Ends receiving a stream.',
  description:
    'Succeeds also when it was not received. Without the id of a stream it ends all that are received of that participant. The `sdpAnswer` is empty, for clients that insist on the member.',
  example: { params: { sender: 'ana_webcam' }, result: { sdpAnswer: '' } },
  errors: [senderNotFound],
  handle: (participant, params, { session }) => {
    const { publisher, stream } = senderIn(participant.room, params.sender, session.features);
    participant.unsubscribe(publisher, stream);
    return { answer: { sdpAnswer: '' } };
  },
});
