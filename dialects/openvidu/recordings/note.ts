import { z } from 'zod';

/** What is kept beside the files of a recording: how its back end and its pages know it. */
export const recordingNote = z.object({
  /** The id of the session, then `S~1`, `S~2` … */
  id: z.string(),
  name: z.string(),
  sessionId: z.string(),
  hasAudio: z.boolean(),
  hasVideo: z.boolean(),
  /** In the order in which they began. */
  streams: z.array(
    z.object({
      /** Of the participant in the room. */
      participant: z.string(),
      connectionId: z.string(),
      streamId: z.string(),
      clientData: z.string(),
      serverData: z.string(),
      typeOfVideo: z.string().optional(),
    }),
  ),
});
export type RecordingNote = z.output<typeof recordingNote>;
