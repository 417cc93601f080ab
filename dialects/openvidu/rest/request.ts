import { z } from 'zod';

/** A request of a back end as it is served, at whatever node. Plain data: nodes pass it on. */
export const ovRequest = z.object({
  method: z.string(),
  /** Below `/openvidu/api`, without the query: as the client has encoded it. */
  path: z.string(),
  query: z.record(z.string(), z.string()),
  /** Empty: there is none. */
  body: z.string(),
  authorization: z.string().optional(),
  /** The network of the client, for counting. */
  network: z.string(),
  /** Where the client reaches the server, as `https://host:port`. */
  site: z.string(),
});
export type OvRequest = z.output<typeof ovRequest>;

const headers = z.record(z.string(), z.string());

/** What it is answered. `json` or `text`, or neither: an empty body. */
export const ovAnswer = z.object({
  status: z.int(),
  headers: headers.optional(),
  json: z.unknown().optional(),
  text: z.string().optional(),
});
export type OvAnswer = z.output<typeof ovAnswer>;

export function answer(status: number, json?: unknown): OvAnswer {
  return json === undefined ? { status } : { status, json };
}
