import { z } from 'zod';
import { checkedName } from '../../../rooms/index.js';
import { targetIn, targetSchema } from '../shown-recording.js';
import { kindsSchema, sourcesSchema } from './moderating.js';
import { recorderRequest, recordingExample } from './recording.js';

export const startRecording = recorderRequest({
  name: 'startRecording',
  params: z.object({
    target: targetSchema.optional().meta({ description: 'Default: the whole room' }),
    sources: sourcesSchema,
    kinds: kindsSchema.optional().meta({ description: 'Default: both' }),
    name: z.string().nullish().meta({ description: 'For people; up to 256 characters' }),
  }),
  summary: 'Records the room, one participant or one stream: a file for each stream.',
  description:
    'Streams that are published later are recorded too. It is answered when the recording runs, also when nobody publishes yet. It ends when somebody stops it, with the room, when the participant leaves or the stream is unpublished that it is of, and when there is no space.',
  example: { params: { name: 'Monday' }, result: { recording: recordingExample } },
  errors: [
    { reason: 'participant-not-found', when: 'Nobody of the name in `target` is in the room.' },
    { reason: 'invalid-name', when: '`name` has more than 256 characters, or one that nobody sees.' },
    { reason: 'cannot-record', when: 'Nothing is recorded here: `off`.' },
    { reason: 'cannot-record', when: 'The same target is being recorded: `running`.' },
    { reason: 'cannot-record', when: 'There is no space for it: `no-space`.' },
    { reason: 'cannot-record', when: 'There are as many recordings as there may be: `limit`.' },
    { reason: 'cannot-record', when: 'The media server records nothing: `not-supported`.' },
    { reason: 'media-failed', when: 'The media server failed or did not answer in time, for all that is published.' },
    { reason: 'interrupted', when: 'It had to end before it began, as with its target.' },
  ],
  handle: (recorder, { target = {}, sources, kinds, name }, { room }) =>
    recorder.start({
      target: targetIn(room, target),
      sources,
      kinds,
      ...(name ? { name: checkedName(name, 'The name of a recording') } : {}),
    }),
});
