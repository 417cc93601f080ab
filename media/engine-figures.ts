import { z } from 'zod';

/** The value of `getMediaFigures`, which the engine of this project has, and no KMS: what it has carried since its start. */
export const engineFiguresSchema = z.object({
  counters: z.array(z.object({ name: z.string(), labels: z.record(z.string(), z.string()), value: z.number() })),
  histograms: z.array(
    z.object({
      name: z.string(),
      labels: z.record(z.string(), z.string()),
      /** How many values are no larger, by the bound. */
      counts: z.array(z.tuple([z.number(), z.number()])),
      sum: z.number(),
      count: z.number(),
    }),
  ),
  /** Of each endpoint that has carried something, in the last 10 s: as `CarriedMedia`. */
  endpoints: z
    .array(z.object({ id: z.string(), packetsIn: z.number(), loss: z.number(), roundTripMs: z.number().optional() }))
    .default([]),
});

export type EngineFigures = z.infer<typeof engineFiguresSchema>;
