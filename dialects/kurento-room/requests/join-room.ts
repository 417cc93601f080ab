import { z } from 'zod';
import { lenientBoolean } from '../lenient.js';
import { sessionRequest } from '../request-type.js';
import { streamsOf, streamsSchema, webcam } from '../streams.js';

const present = z.array(z.object({ id: z.string(), streams: streamsSchema }));

export const joinRoom = sessionRequest({
  name: 'joinRoom',
  params: z.object({
    user: z.string().meta({ description: 'Any name that is free in the room: 1 to 256 characters' }),
    room: z.string().meta({ description: 'Any name of 1 to 256 characters; the first to join makes the room' }),
    dataChannels: lenientBoolean
      .optional()
      .meta({ description: 'The stream of this participant is to have data channels' }),
  }),
  result: z.object({ value: present }),
  summary: 'Joins a room, which is made if need be.',
  description:
    'The answer lists the participants that are there already, and which of them publish; those that come later are announced by participantJoined. A session is in one room at a time.',
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
  handle: async ({ session }, { user, room, dataChannels }) => {
    const value: z.output<typeof present> = [];
    await session.join(room, user, dataChannels ?? false, (participant) => {
      for (const other of participant.room.participants) {
        if (other !== participant) value.push({ id: other.name, streams: streamsOf(other) });
      }
    });
    return { answer: { value } };
  },
});
