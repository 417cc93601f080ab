import { z } from 'zod';
import { RoomError } from '../../../rooms/index.js';
import { roomRequest } from '../request-type.js';

export const unpublishVideo = roomRequest({
  name: 'unpublishVideo',
  params: z.object({}),
  result: z.object({}),
  summary: 'Ends the stream of the connection, and everything subscribed to it.',
  description: 'The others are told participantUnpublished. Publishing again is possible at once.',
  example: { params: {}, result: {} },
  errors: [{ reason: 'not-publishing', when: 'The connection does not publish.' }],
  handle: (participant, _params, { session }) => {
    const { connection } = session;
    if (participant.pendingPublications.length === 0) {
      throw new RoomError('not-publishing', `${connection.id} is not publishing`);
    }
    return {
      answer: {},
      afterwards: () => {
        if (participant.closed || participant.pendingPublications.length === 0) return;
        connection.unpublishes = 'unpublish';
        participant.unpublish();
      },
    };
  },
});
