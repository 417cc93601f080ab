import { z } from 'zod';
import { manifestSchema, recordedFileSchema } from '../recording/manifest.js';

/** What REST takes and answers about recordings. */

/** Of a recording: REC_ and 16 letters and digits. Nothing else is looked for. */
export const recordingId = z.string().regex(/^REC_[A-Za-z0-9]{1,64}$/, 'must be the id of a recording');
/** Of a file in its folder. */
export const recordedFileName = z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/);

export const recordedFile = recordedFileSchema.meta({
  description: 'One stream of one participant, from its beginning to its end, or to that of the recording',
});

export const manifest = manifestSchema.extend({ files: z.array(recordedFile) }).meta({
  description:
    'What is known of a recording, as its `manifest.json`: enough to put its files together. Times are in ms of its clock, which begins with it and rests in pauses',
});

export const recording = manifest
  .omit({ version: true, events: true })
  .meta({ description: 'A recording. Its files are one for each stream, not mixed' });

export const recordingList = z
  .object({
    recordings: z.array(recording),
    next: z.string().nullable().meta({ description: '`before` of the next page; null: there is no more' }),
  })
  .meta({ description: 'A page of recordings, the newest first' });

export const newRecording = z
  .strictObject({
    target: z
      .strictObject({
        participant: z.string().min(1).optional().meta({ description: 'Identity or id. Default: everybody' }),
        stream: z.string().min(1).optional().meta({ description: 'As webcam or screen. Default: all' }),
      })
      .meta({ description: 'What to record. Default: the room' }),
    sources: z
      .array(z.enum(['camera', 'screen', 'other']))
      .min(1)
      .meta({ description: 'Streams of these alone. Default: all' }),
    kinds: z
      .array(z.enum(['audio', 'video']))
      .min(1)
      .meta({ description: 'Default: both' }),
    name: z.string().max(256).meta({ description: 'For people' }),
  })
  .partial()
  .meta({ description: 'A recording to begin; all members may be left out' });

export const fileLink = z
  .object({
    url: z.string().meta({ description: 'Serves this file to everybody who has the link' }),
    expiresAt: z.iso.datetime().meta({ description: 'In 5 min. A download that has begun by then goes on' }),
  })
  .meta({ description: 'A link to a file of a recording' });
