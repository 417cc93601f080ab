import { z } from 'zod';
import { ProtocolError } from '../../session-layer/errors.js';
import { unauthorized } from '../errors.js';
import { backEnd } from '../model/back-end.js';
import { roomRequest } from '../request-type.js';
import { publisherIn } from './sender.js';

export const forceUnpublish = roomRequest({
  name: 'forceUnpublish',
  params: z.object({ streamId: z.string() }),
  result: z.object({}),
  summary: "Ends somebody's stream.",
  description: 'Everybody is told participantUnpublished, the publisher too.',
  example: { params: { streamId: 'str_CAM_Yk3x_con_Fq3kT8vWzA' }, result: {} },
  errors: [
    { reason: 401, when: 'The connection does not have the role MODERATOR.' },
    { reason: 'not-publishing', when: 'There is no such stream.' },
    { reason: 999, when: 'Its publisher speaks another protocol.' },
  ],
  handle: (participant, { streamId }, { session }) => {
    const { connection, ovSession } = session;
    if (connection.role !== 'MODERATOR') throw unauthorized('force unpublish');
    const target = publisherIn(ovSession, streamId);
    if (target.connection.isStranger) {
      throw new ProtocolError(999, 'Its publisher speaks another protocol, in which they cannot be told');
    }
    return {
      answer: {},
      afterwards: () => {
        if (target.connection.stream?.id !== streamId || target.participant.closed) return;
        target.connection.unpublishes = 'forceUnpublishByUser';
        participant.room.moderatedBy(backEnd).unpublish(target.participant);
      },
    };
  },
});
