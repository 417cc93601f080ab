import { z } from 'zod';

export const asked = z.object({ offer: z.string(), source: z.string().optional() });
/** An offer, and the record of the endpoint whose media its client is to get. */
export type Asked = z.infer<typeof asked>;

export const left = z.object({ pipeline: z.string(), endpoint: z.string(), answer: z.string() });
/** What the next process needs. */
export type Left = z.infer<typeof left>;
