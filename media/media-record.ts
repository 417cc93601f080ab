import { z } from 'zod';
import { MediaError } from './errors.js';
import type { MediaRecord } from './port.js';
import { spreadFactsOf } from './spread/records.js';

/** Where a pipeline is: `url` as anybody may read it. */
const pipeline = z.object({ is: z.literal('pipeline'), url: z.string(), id: z.string() });

/** An endpoint, a filter or a recorder. Recorders are not adopted. */
const element = z.object({
  is: z.enum(['endpoint', 'filter', 'recorder']),
  id: z.string(),
  /** Of an endpoint that has answered: the mid of each section of the offer; null: it has none. */
  mids: z.array(z.string().nullable()).optional(),
  /** Whether the client is connected, if its listener was told. */
  connected: z.boolean().optional(),
});

/** The records of this project's engines: JSON. A reader leaves out what it does not know. */
const record = z.discriminatedUnion('is', [pipeline, element]);

export type PipelineFacts = z.infer<typeof pipeline>;
export type ElementFacts = z.infer<typeof element>;

export function recordOf(facts: PipelineFacts | ElementFacts): MediaRecord {
  return JSON.stringify(facts);
}

/** @throws MediaError `object-gone` when the record is of something else */
export function factsOf(given: MediaRecord, is: 'pipeline'): PipelineFacts;
export function factsOf(given: MediaRecord, is: ElementFacts['is']): ElementFacts;
export function factsOf(given: MediaRecord, is: string): PipelineFacts | ElementFacts {
  const { data } = record.safeParse(parsed(given));
  if (data?.is !== is) throw new MediaError('object-gone', `What was kept of it is not the record of a ${is}`);
  return data;
}

/** The media servers that a pipeline is on, by URL. None for a record that cannot be read. */
export function serversIn(given: MediaRecord): readonly string[] {
  const spread = spreadFactsOf(given);
  if (spread) return spread.pipelines.map(([url]) => url);
  const { data } = record.safeParse(parsed(given));
  return data?.is === 'pipeline' ? [data.url] : [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
