import { z } from 'zod';
import { MediaError } from '../errors.js';
import type { MediaRecord } from '../port.js';

/** As each engine makes it for itself. */
const inner = z.string();
/** A media server, as anybody may read its URL. */
const server = z.string();

const relay = z.object({
  /** The id of the endpoint whose media it carries. */
  source: z.string(),
  /** The media server where that is. */
  from: server,
  near: inner,
  far: inner,
  /** What it carries to this endpoint. */
  kinds: z.array(z.enum(['audio', 'video'])),
});

const element = z.object({
  is: z.enum(['spread-endpoint', 'spread-filter', 'spread-recorder']),
  at: server,
  record: inner,
  /** Of the element. Unique in its pipeline, before and after it is taken over. */
  id: z.string(),
  member: z.string(),
  /** Whether media of another endpoint goes to it. */
  isSink: z.boolean().optional(),
  /** Of a filter: the id of the endpoint whose video it changes. */
  source: z.string().optional(),
  /** Those that bring its media, where it comes from another media server. */
  relays: z.array(relay).optional(),
});

const pipeline = z.object({
  is: z.literal('spread'),
  /** That of each media server, in the order in which the pipeline came to them. */
  pipelines: z.array(z.tuple([server, inner])),
});

export type RelayFacts = z.infer<typeof relay>;
export type SpreadElementFacts = z.infer<typeof element>;
export type SpreadFacts = z.infer<typeof pipeline>;

export function spreadRecordOf(facts: SpreadFacts | SpreadElementFacts): MediaRecord {
  return JSON.stringify(facts);
}

/** Undefined when it is the record of something else. */
export function spreadFactsOf(record: MediaRecord): SpreadFacts | undefined {
  return pipeline.safeParse(parsed(record)).data;
}

/** Undefined when it is that of an engine itself, made when the pipeline was on that media server alone. @throws MediaError `object-gone` */
export function elementFactsOf(record: MediaRecord, is: SpreadElementFacts['is']): SpreadElementFacts | undefined {
  const { data } = element.safeParse(parsed(record));
  if (data && data.is !== is) throw new MediaError('object-gone', `What was kept of it is not the record of a ${is}`);
  return data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
