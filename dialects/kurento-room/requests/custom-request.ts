import { z } from 'zod';
import { genericError } from '../errors.js';
import { roomRequest } from '../request-type.js';

export const customRequest = roomRequest({
  name: 'customRequest',
  // The configured handler decides which member it needs, and refuses the request with 999
  // (docs/protocols/kurento-room.md#39-customrequest).
  params: z.looseObject({
    hat: z
      .unknown()
      .optional()
      .meta({ description: 'true puts a hat on all faces in the own stream, false takes it off' }),
    marker: z
      .unknown()
      .optional()
      .meta({ description: "Any number: changes the room's marker filter to its next state" }),
  }),
  result: z.object({}),
  summary: 'Changes a video filter.',
  description:
    'Which one is configured, and told by `/getClientConfig`: `hat` is about the own stream, also before it is published; `marker` about the whole room, where it goes from off through the configured images and to off again. Needs a Kurento media server that has the filter; the embedded engine has none and refuses.',
  example: { params: { hat: true }, result: {} },
  errors: [
    { reason: 'not-allowed', when: 'The participant may change nothing in the room.' },
    {
      reason: genericError,
      when: 'The member that the configured handler takes (`hat`, `marker`) is missing or of the wrong type.',
    },
    { reason: genericError, when: 'The hat is on already, or off already.' },
    {
      reason: 'filter-refused',
      when: 'The media server does not have the filter that was asked for, or failed to use it. The publication stays as it is.',
    },
  ],
  answeredFirst: true,
  handle: async (participant, params, call) => {
    await call.customRequest(participant, params);
    return { answer: {} };
  },
});
