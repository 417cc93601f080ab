import { z } from 'zod';

/** What a node does: `draining` takes no new rooms, `frozen` does nothing until Redis has answered. */
export type NodeState = 'up' | 'frozen' | 'draining';

/** What nodes say of themselves, as texts in a hash. A field that is not known is left alone. */
const facts = z.object({
  /** For people. */
  name: z.string(),
  /** Where other nodes reach it; empty: nowhere. */
  url: z.string(),
  region: z.string(),
  /** Of the program. */
  version: z.string(),
  /** Versions of journals that it reads. */
  oldest: z.coerce.number().int(),
  newest: z.coerce.number().int(),
  state: z.enum(['up', 'draining']),
  rooms: z.coerce.number(),
  sockets: z.coerce.number(),
  /** Of the event loop, in ms. */
  lag: z.coerce.number(),
  /** Media servers that it reaches, by URL. */
  media: z.string().transform((text) => new Set(text.split(' ').filter((url) => url !== ''))),
  /** URLs of embedded engines that others may use when this node is dead: its own, and those that it uses itself. Without their passwords. */
  engines: z
    .string()
    .transform((text) => text.split(' '))
    .optional(),
  /** Of the options that all nodes share. */
  digest: z.string(),
});

export type NodeFacts = Readonly<z.output<typeof facts>>;

/** Undefined for a hash that is gone, or is none of a node. */
export function readFacts(fields: ReadonlyMap<string, string>): NodeFacts | undefined {
  const { success, data } = facts.safeParse(Object.fromEntries(fields));
  return success ? data : undefined;
}

export function factsAsFields({ media, engines = [], ...rest }: NodeFacts): [field: string, text: string][] {
  return [
    ...Object.entries(rest).map(([field, value]): [string, string] => [field, String(value)]),
    ['media', [...media].join(' ')],
    ...(engines.length > 0 ? [['engines', engines.join(' ')] satisfies [string, string]] : []),
  ];
}
