import { z } from 'zod';
import { lenientBoolean } from '../lenient.js';
import { sessionRequest } from '../request-type.js';
import { presentOf, presentSchema, webcam } from '../streams.js';

const present = z.array(presentSchema);

export const joinRoom = sessionRequest({
  name: 'joinRoom',
  params: z.object({
    user: z.string().meta({ description: 'Any name that is free in the room: 1 to 256 characters' }),
    room: z.string().meta({ description: 'Any name of 1 to 256 characters; the first to join makes the room' }),
    dataChannels: lenientBoolean
      .optional()
      .meta({ description: 'The stream of this participant is to have data channels' }),
    resumeToken: z.string().nullish().meta({
      description: 'The token of the last join of that user in that room, or null; the answer then has the next one',
    }),
  }),
  result: z.object({ value: present, resumeToken: z.string().optional() }),
  summary: 'Joins a room, which is made if need be.',
  description:
    'The answer lists the participants that are there already, and which of them publish; those that come later are announced by participantJoined. An entry without streams is of a participant that does not publish. A session is in one room at a time. A client whose page was loaded again, or whose socket was lost, gets its name back at once when it shows the resumeToken of its last join: the former session ends.',
  example: {
    params: { user: 'berta', room: 'daily' },
    result: { value: [{ id: 'ana', streams: webcam }] },
  },
  errors: [
    { reason: 'participant-exists', when: 'The name is taken in that room.' },
    { reason: 'participant-exists', when: 'The session is in a room already.' },
    { reason: 'room-refused', when: 'The room would be a new one, and the media servers are at their limit.' },
    { reason: 'room-refused', when: 'The room would be a new one, and participants of this name may not open one.' },
    {
      reason: 'room-refused',
      when: 'The name is that of a room of another protocol, and the protocols are kept apart (`BRIDGE=false`).',
    },
    { reason: 'invalid-name', when: 'The name of the user or of the room is empty, or has more than 256 characters.' },
    {
      reason: 'invalid-name',
      when: 'The name of the user or of the room holds a character that nobody sees, such as a control character.',
    },
    { reason: 'invalid-name', when: 'The name of the user is not in Unicode normalization form C.' },
    { reason: 'evicted', when: 'The user or the session was evicted from that room, less than `EVICTION_MS` ago.' },
  ],
  answeredFirst: true,
  handle: async ({ session, emptyStreams }, { user, room, dataChannels = false, resumeToken }) => {
    const value: z.output<typeof present> = [];
    await session.join({ room, user, dataChannels, resumeToken }, (participant) => {
      for (const other of participant.room.participants) {
        if (other !== participant) value.push(presentOf(other, emptyStreams));
      }
    });
    const { resumeToken: next } = session;
    return { answer: next === undefined ? { value } : { value, resumeToken: next } };
  },
});
