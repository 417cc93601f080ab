import { z } from 'zod';
import { recordingEnds, recordingStates } from '../rooms/index.js';

const ms = z.number().int().nonnegative();
const span = z.tuple([ms, ms]);

/** Where a file is in the object store. */
const stored = z.object({ bucket: z.string(), key: z.string(), etag: z.string() });

export const recordedFileSchema = z.object({
  file: z.string().meta({ description: 'A number and the source, as 0001-camera.webm' }),
  participant: z.object({ id: z.string(), sid: z.string(), name: z.string() }),
  stream: z.string(),
  source: z.string(),
  kinds: z.array(z.enum(['audio', 'video'])),
  codecs: z.array(z.string()).meta({ description: 'As opus, vp8; of what is in the file' }),
  offsetMs: ms.meta({ description: "Time of the first frame on the recording's clock" }),
  durationMs: ms,
  bytes: z.number().int().nonnegative(),
  sha256: z.string().optional().meta({ description: 'In hexadecimal digits' }),
  width: z.number().int().optional().meta({ description: 'Of the first picture, in pixels' }),
  height: z.number().int().optional(),
  gaps: z.array(span).meta({ description: "Where nothing came, on the file's clock" }),
  muted: z
    .object({ audio: z.array(span).optional(), video: z.array(span).optional() })
    .meta({ description: "Where the participant had muted it, on the file's clock" }),
  repaired: z.boolean().meta({ description: 'Made whole after its writer had died' }),
  available: z
    .boolean()
    .meta({ description: 'False: it cannot be downloaded here; the uri says where the media server wrote it' }),
  uri: z.string().optional(),
  failure: z.string().optional(),
  stored: stored.nullable(),
});
export type RecordedFile = z.infer<typeof recordedFileSchema>;

/** `manifest.json` of a recording, and what REST answers. */
export const manifestSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  room: z.object({ name: z.string(), sid: z.string() }),
  name: z.string(),
  target: z.object({ participant: z.string().optional(), stream: z.string().optional() }),
  state: z.enum(recordingStates),
  endReason: z.enum(recordingEnds).optional(),
  startedAt: z.iso.datetime(),
  durationMs: ms,
  startedBy: z.string().optional(),
  files: z.array(recordedFileSchema),
  events: z.array(z.object({ atMs: ms, type: z.enum(['joined', 'left', 'speaker']), id: z.string() })),
});
export type Manifest = z.infer<typeof manifestSchema>;
