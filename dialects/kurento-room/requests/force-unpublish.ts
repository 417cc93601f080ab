import { z } from 'zod';
import { moderatorRequest, streamSchema, targetId, targetNotFound, targetOf } from './moderating.js';

export const forceUnpublish = moderatorRequest({
  name: 'forceUnpublish',
  params: z.object({ id: targetId, stream: streamSchema }),
  summary: "Ends somebody's stream, or all of them, and everything subscribed to it.",
  description: 'They may publish again, unless setGrants has taken that from them.',
  example: { params: { id: 'berta' } },
  errors: [
    targetNotFound,
    { reason: 'not-publishing', when: 'The participant is not publishing.' },
    { reason: 'not-publishing', when: 'The participant publishes no stream of that id.' },
    { reason: 'not-supported', when: 'The media of the participant does not pass the server, as with EasyRTC.' },
  ],
  handle: (moderation, { id, stream }, participant) => {
    moderation.unpublish(targetOf(participant, id), stream);
  },
});
