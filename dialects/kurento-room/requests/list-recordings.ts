import { z } from 'zod';
import { roomRequest } from '../request-type.js';
import { recordingSchema, shownRecording } from '../shown-recording.js';
import { mayNotRecord, recordingExample } from './recording.js';

export const listRecordings = roomRequest({
  name: 'listRecordings',
  params: z.object({}),
  result: z.object({ recordings: z.array(recordingSchema) }),
  summary: 'The recordings of the room that run.',
  description: 'Those that have ended are listed and served by the REST API (docs/rest.md).',
  example: { params: {}, result: { recordings: [recordingExample] } },
  errors: [mayNotRecord],
  handle: (participant) => {
    participant.assertMay('record');
    const { room } = participant;
    return { answer: { recordings: room.recordings.map((facts) => shownRecording(room, facts)) } };
  },
});
