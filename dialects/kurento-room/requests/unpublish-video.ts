import { z } from 'zod';
import { RoomError } from '../../../rooms/index.js';
import { roomRequest } from '../request-type.js';
import { streamIdSchema } from '../streams.js';

export const unpublishVideo = roomRequest({
  name: 'unpublishVideo',
  params: z.object({
    stream: streamIdSchema.optional().meta({ description: 'Default: all streams' }),
  }),
  result: z.object({}),
  summary: 'Ends a stream, or all of them, and everything subscribed to it.',
  description: 'The others are told participantUnpublished. Publishing again is possible at once.',
  example: { params: {}, result: {} },
  errors: [
    { reason: 'not-publishing', when: 'The participant is not publishing.' },
    { reason: 'not-publishing', when: 'The participant publishes no stream of that id.' },
  ],
  handle: ({ pendingPublications, id }, { stream }) => {
    const publications = pendingPublications.filter((each) => stream === undefined || each.id === stream);
    if (publications.length === 0) throw new RoomError('not-publishing', `${id} is not publishing`);
    return {
      answer: {},
      afterwards: () => {
        for (const publication of publications) publication.close('unpublished');
      },
    };
  },
});
