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

/** Every flag of the media server: default, unit, meaning. `helpText` is made from it. */
const optionsSchema = z.object({
  host: z.string().min(1).default('127.0.0.1').describe('The address at which the Kurento protocol is served'),
  port: port.default(8888).describe('TCP port of the Kurento protocol; 0: any free one'),
  'allowed-origins': listOf(allowedOrigin)
    .default([])
    .describe('Pages that may connect, as https://host[:port]; `*`: all. Without it no page may'),
  'max-connections': z.coerce
    .number()
    .int()
    .min(1)
    .default(1000)
    .describe('Sockets of clients that may be open at a time'),
  'udp-ports': udpPorts
    .default({ first: 40000, last: 49999 })
    .describe('UDP ports for media; each transport of an endpoint takes one'),
  'bind-address': address.optional().describe('The one local address for media; without it: all'),
  'announced-address': listOf(address)
    .default([])
    .describe('Addresses that clients are told instead of the local ones'),
  'address-families': listOf(z.enum(addressFamilies))
    .default([...addressFamilies])
    .describe('Families of the local addresses that clients are told'),
  interfaces: listOf(z.string().min(1))
    .default([])
    .describe('Network interfaces, by name or by address, whose addresses clients are told; empty: all'),
  'gc-period': z.coerce
    .number()
    .positive()
    .max(86_400)
    .default(240)
    .describe('Seconds between two collections of unused sessions'),
  'recordings-dir': z
    .string()
    .min(1)
    .optional()
    .describe('The directory for recordings; without it nothing is recorded'),
  'test-loss': z.coerce
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('For tests: the share of RTP packets that are lost each way, 0 to 1'),
  'log-level': z.enum(logLevels).default('info').describe('What is logged'),
});

export type Options = z.infer<typeof optionsSchema>;

export function asksForHelp(args: readonly string[]): boolean {
  return args.includes('--help') || args.includes('-h');
}

/** What `--help` prints. */
export function helpText(): string {
  const defaults = optionsSchema.parse({});
  const rows = Object.entries(optionsSchema.shape).map(([name, { description = '' }]) => {
    const preset = shown(defaults[name as keyof Options]);
    return `  --${name.padEnd(18)} ${description}${preset === '' ? '' : ` (default: ${preset})`}`;
  });
  return [
    'Usage: node dist/media/embedded/main.js [--flag value]…',
    '',
    'A media server that speaks the Kurento protocol. The room server starts it by itself.',
    'Run it alone to use it from another machine, or from several room servers (KMS_URIS).',
    '',
    'Example: node dist/media/embedded/main.js --host 0.0.0.0 --announced-address 203.0.113.7',
    '',
    ...rows,
    '',
    'MEDIA_SERVER_TOKEN in the environment is what clients must send.',
    '',
  ].join('\n');
}

/** As an operator writes it. */
function shown(value: Options[keyof Options]): string {
  if (value === undefined) return '';
  if (typeof value === 'object' && 'first' in value) return `${value.first}-${value.last}`;
  return Array.isArray(value) ? value.join(',') : String(value);
}

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
