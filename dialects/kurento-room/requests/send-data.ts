import { z } from 'zod';
import { RoomError } from '../../../rooms/index.js';
import { roomRequest } from '../request-type.js';

const maxTopicLength = 256;
const maxReceivers = 1_000;

export const sendData = roomRequest({
  name: 'sendData',
  params: z.object({
    topic: z.string().min(1).max(maxTopicLength).meta({ description: 'Says what it is' }),
    data: z.base64().meta({ description: 'In base64' }),
    to: z
      .array(z.string().min(1))
      .min(1)
      .max(maxReceivers)
      .nullish()
      .meta({ description: 'The ids of participants. Default: all others' }),
  }),
  result: z.object({}),
  summary: 'Sends data to all others in the room, or to some.',
  description:
    'The notification data goes to those that have named the feature `streams`, after the answer. Others are passed over. Nothing is kept.',
  example: { params: { topic: 'score', data: 'eyJyZWQiOjN9', to: ['ana'] }, result: {} },
  errors: [
    { reason: 'not-allowed', when: 'The participant may send nothing in the room.' },
    { reason: 'participant-not-found', when: 'Somebody named in `to` is not in the room. Nobody is told then.' },
    { reason: 'invalid-text', when: '`data` has more than `MAX_TEXT_BYTES` bytes.' },
  ],
  answeredFirst: true,
  handle: (participant, { topic, data, to }) => {
    const receivers = to?.map((id) => {
      const receiver = participant.room.findByName(id);
      if (receiver) return receiver;
      throw new RoomError('participant-not-found', `"${id}" is nobody in room "${participant.room.name}"`);
    });
    participant.sendData(topic, data, receivers);
    return { answer: {} };
  },
});
