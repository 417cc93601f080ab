import { z } from 'zod';

/** What another process needs to go on with a client: secrets are among it. A protocol adds what it knows. */
export const sessionRecord = z.object({
  id: z.string(),
  /** Of the upgrade of its last connection. */
  token: z.string().optional(),
  /** Of its last connection. */
  address: z.string().optional(),
  /** Messages that it was not sent yet, in order. */
  missed: z.array(z.string()),
  /** Of a client that counts its messages (told.ts). */
  told: z.object({ count: z.int(), sent: z.int(), kept: z.array(z.string()) }).optional(),
  /** JSON of the id of the last request that was answered. */
  lastRequest: z.string().optional(),
});

export type SessionRecord = z.infer<typeof sessionRecord>;
