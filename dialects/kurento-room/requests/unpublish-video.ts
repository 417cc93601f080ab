import { z } from 'zod';
import { RoomError } from '../../../rooms/index.js';
import { roomRequest } from '../request-type.js';

export const unpublishVideo = roomRequest({
  name: 'unpublishVideo',
  params: z.object({}),
  result: z.object({}),
  summary: 'Ends the stream and everything subscribed to it.',
  description: 'The others are told participantUnpublished. Publishing again is possible at once.',
  example: { params: {}, result: {} },
  errors: [{ reason: 'not-publishing', when: 'The participant is not publishing.' }],
  handle: (participant) => {
    const { pendingPublication: publication, id } = participant;
    if (!publication) throw new RoomError('not-publishing', `${id} is not publishing`);
    return {
      answer: {},
      afterwards: () => {
        publication.close('unpublished');
      },
    };
  },
});
