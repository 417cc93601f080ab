import { z } from 'zod';

/** What the next process of the server needs of a session, besides its participant and its stream. */
export const sessionRecord = z.object({
  /** Nobody can guess it: a client that knows it may end the session. */
  id: z.string(),
  /** Of its present ICE session. */
  etag: z.string(),
  protocol: z.enum(['whip', 'whep']),
  /** As the path names it. */
  room: z.string(),
  stream: z.string(),
  mids: z.array(z.string()),
  ufrags: z.array(z.string()),
  /** What a restart of ICE needs: the first offer, and by which certificate the client knows the media server. Absent in older records. */
  sdpOffer: z.string().optional(),
  fingerprints: z.string().optional(),
});
export type SessionRecord = z.output<typeof sessionRecord>;
