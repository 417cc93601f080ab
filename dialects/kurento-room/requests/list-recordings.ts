import { z } from 'zod';
import { roomRequest } from '../request-type.js';
import { recordingSchema, shownRecording } from '../shown-recording.js';
import { mayNotRecord, recordingExample } from './recording.js';

export const listRecordings = roomRequest({
  name: 'listRecordings',
  params: z.object({}),
  result: z.object({ recordings: z.array(recordingSchema) }),
  summary:
    'The recordings of the room, the newest first: those that run, and those that have ended since it was opened.',
  description:
    'Of those that have ended the room knows the last 100. The REST API has all that are kept, also those of former rooms of that name, and serves their files (docs/rest.md).',
  example: { params: {}, result: { recordings: [recordingExample] } },
  errors: [mayNotRecord],
  handle: (participant) => {
    participant.assertMay('record');
    const { room } = participant;
    const all = [...room.endedRecordings, ...room.recordings];
    const newestFirst = all.sort((one, other) => other.startedAt - one.startedAt);
    return { answer: { recordings: newestFirst.map((facts) => shownRecording(room, facts)) } };
  },
});
