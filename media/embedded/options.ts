import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { logLevels } from './log.js';
import { allowedOrigin } from './protocol/admission.js';
import { addressFamilies } from './transport/local-addresses.js';

const port = z.coerce.number().int().min(0).max(65535);

const udpPorts = z
  .string()
  .regex(/^\d+-\d+$/, 'must look like 40000-49999')
  .transform((text) => text.split('-').map(Number))
  .pipe(z.tuple([z.number().int().min(1024), z.number().int().max(65535)]))
  .refine(([first, last]) => last - first >= 9, 'must hold at least 10 ports')
  .transform(([first, last]) => ({ first, last }));

const address = z.string().refine((text) => isIP(text) !== 0, 'must be an IP address');

/** A list in one text, separated by commas. */
const listOf = <T extends z.ZodType<unknown, string>>(item: T) =>
  z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(item).min(1));

/** Every flag of the media server: default, unit, meaning. */
const optionsSchema = z.object({
  /** The address on which the Kurento protocol is served. */
  host: z.string().min(1).default('127.0.0.1'),
  /** TCP port of the Kurento protocol; 0: any free one. */
  port: port.default(8888),
  /** Pages that may connect, as https://host[:port]; `*`: all. Without it no page may. */
  'allowed-origins': listOf(allowedOrigin).default([]),
  /** Sockets of clients that may be open at a time. */
  'max-connections': z.coerce.number().int().min(1).default(1000),
  /** UDP ports for media; each endpoint takes one. */
  'udp-ports': udpPorts.default({ first: 40000, last: 49999 }),
  /** The one local address for media; undefined: all. */
  'bind-address': address.optional(),
  /** Addresses that clients are told instead of the local ones. */
  'announced-address': listOf(address).default([]),
  /** Families of the local addresses that clients are told. */
  'address-families': listOf(z.enum(addressFamilies)).default([...addressFamilies]),
  /** Network interfaces, by name or by address, whose addresses clients are told; empty: all. */
  interfaces: listOf(z.string().min(1)).default([]),
  /** Seconds between two collections of unused sessions (docs/protocols/kurento-media.md#4-sessions-and-lifetime). */
  'gc-period': z.coerce.number().positive().max(86_400).default(240),
  /** The directory for recordings; undefined: nothing is recorded. */
  'recordings-dir': z.string().min(1).optional(),
  /** For tests: the share of RTP packets that are lost each way, 0 to 1. */
  'test-loss': z.coerce.number().min(0).max(1).default(0),
  'log-level': z.enum(logLevels).default('info'),
});

export type Options = z.infer<typeof optionsSchema>;

/** @throws Error with a message of one line for the operator. */
export function parseOptions(args: readonly string[]): Options {
  const names = Object.keys(optionsSchema.shape);
  const { values } = parseArgs({
    args: [...args],
    options: Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
    strict: true,
    allowPositionals: false,
  });
  const result = optionsSchema.safeParse(values);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new Error(`--${String(issue?.path[0])}: ${issue?.message ?? 'not understood'}`);
}
