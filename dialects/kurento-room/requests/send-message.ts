import { z } from 'zod';
import { RoomError, roomKey } from '../../../rooms/index.js';
import { roomRequest } from '../request-type.js';

export const sendMessage = roomRequest({
  name: 'sendMessage',
  params: z.object({
    message: z.string().meta({ description: 'Any text' }),
    userMessage: z.string().meta({ description: "The sender's name" }),
    roomMessage: z.string().meta({ description: "The sender's room" }),
  }),
  result: z.object({}),
  summary: 'Says a text to everybody in the room.',
  description: 'The notification sendMessage goes to all after the answer, to the sender too.',
  example: { params: { message: 'Hello', userMessage: 'berta', roomMessage: 'daily' }, result: {} },
  errors: [
    { reason: 'not-allowed', when: 'The participant may say nothing in the room.' },
    { reason: 'participant-not-found', when: "`userMessage` is not the sender's own name." },
    { reason: 'room-not-found', when: '`roomMessage` is not the room the sender is in.' },
    { reason: 'invalid-text', when: 'The text has more than `MAX_TEXT_BYTES` bytes, or holds half a character.' },
  ],
  answeredFirst: true,
  handle: (participant, { message, userMessage, roomMessage }) => {
    if (userMessage !== participant.name) {
      throw new RoomError('participant-not-found', `You are "${participant.name}", not "${userMessage}"`);
    }
    if (roomKey(roomMessage) !== participant.room.name) {
      throw new RoomError('room-not-found', `You are in room "${participant.room.name}", not "${roomMessage}"`);
    }
    participant.say(message);
    return { answer: {} };
  },
});
