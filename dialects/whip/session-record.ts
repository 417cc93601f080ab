import { z } from 'zod';

/** What the next process of the server needs of a session, besides its participant and its stream. */
export const sessionRecord = z.object({
  /** Nobody can guess it: a client that knows it may end the session. */
  id: z.string(),
  /** Of its one ICE session. */
  etag: z.string(),
  protocol: z.enum(['whip', 'whep']),
  /** As the path names it. */
  room: z.string(),
  stream: z.string(),
  mids: z.array(z.string()),
  ufrags: z.array(z.string()),
});
export type SessionRecord = z.output<typeof sessionRecord>;
