import { z } from 'zod';
import { unauthorized } from '../errors.js';
import { backEnd } from '../model/back-end.js';
import { roomRequest } from '../request-type.js';
import { presentIn } from './sender.js';

export const forceDisconnect = roomRequest({
  name: 'forceDisconnect',
  params: z.object({ connectionId: z.string() }),
  result: z.object({}),
  summary: 'Removes somebody from the session.',
  description:
    'They are told participantEvicted, the others participantLeft. People who speak other protocols are removed too, in their own words.',
  example: { params: { connectionId: 'con_Fq3kT8vWzA' }, result: {} },
  errors: [
    { reason: 401, when: 'The connection does not have the role MODERATOR.' },
    { reason: 'participant-not-found', when: 'Nobody of that id is in the session.' },
  ],
  handle: (participant, { connectionId }, { session }) => {
    const { connection, ovSession } = session;
    if (connection.role !== 'MODERATOR') throw unauthorized('force disconnect');
    const target = presentIn(ovSession, connectionId, "Connection not found when calling 'forceDisconnect'");
    return {
      answer: {},
      afterwards: () => {
        if (target.participant.closed) return;
        target.connection.leaves = 'forceDisconnectByUser';
        // The role is looked up above: grants of the room may be older.
        participant.room.moderatedBy(backEnd).evict(target.participant);
      },
    };
  },
});
