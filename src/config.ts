import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { isIceServer } from './ice-servers.js';
import { readUdpPorts } from './udp-ports.js';

interface Option<S extends z.ZodType = z.ZodType> {
  /** What the option takes; reads text as well as the file's own types, and holds the default. */
  readonly schema: S;
  readonly unit: string;
  readonly meaning: string;
}

function option<S extends z.ZodType>(schema: S, unit: string, meaning: string): Option<S> {
  return { schema, unit, meaning };
}

const count = z.coerce.number().int();
const milliseconds = count.min(1).max(86_400_000);
const truthOr = (initial: boolean) =>
  z.preprocess(
    (value) => (value === 'true' ? true : value === 'false' ? false : value),
    z.boolean('must be true or false').default(initial),
  );
const truth = truthOr(false);
const kbps = count.min(0).max(1_000_000).default(0);
const ipAddress = z.union([z.ipv4(), z.ipv6()], 'must be an IP address');
/** A list is a list in the file, and separated by commas in a variable or flag. */
const list = <T extends string>(item: z.ZodType<T>) =>
  z.preprocess((value) => (typeof value === 'string' ? split(value) : value), z.array(item));

/** As `list`, of so many numbers. */
const numbers = (length: number) =>
  z.preprocess(
    (value) => (typeof value === 'string' ? split(value) : value),
    z.array(z.coerce.number()).length(length),
  );

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u').source !== '';
  } catch {
    return false;
  }
}

/** Every option of the server, once. Its variable and its flag follow from its name: `kmsUris`, KMS_URIS, --kms-uris. */
export const options = {
  port: option(
    count.min(0).max(65_535).default(8080),
    'TCP port',
    'Where HTTP and WebSockets are served; 0 picks a free one.',
  ),
  host: option(z.string().default(''), 'address', 'The address to listen at; empty for all of this machine.'),
  pathPrefix: option(
    z
      .string()
      .regex(/^(\/[\w.~-]+)*$/, 'must be empty or start with a slash and not end with one')
      .default(''),
    'path',
    'Put before every path, for a server behind a proxy that keeps the prefix.',
  ),
  allowedOrigins: option(
    list(z.string()).default([]),
    'origins',
    'Pages that may open a WebSocket or read the REST API, as https://host[:port]; empty for all.',
  ),
  adminToken: option(
    z
      .string()
      .regex(/^([\w.~+/-]+=*)?$/, 'must be letters, digits and -._~+/, with = at the end only')
      .default(''),
    'secret',
    'The bearer token that may close rooms and evict participants over REST; empty: nobody may.',
  ),
  closeEndpoint: option(
    z.enum(['off', 'token']).default('off'),
    'mode',
    "Whether the original's GET /close?room=NAME is served, to whoever bears the admin token.",
  ),
  loopbackRemote: option(truth, 'true or false', 'Tells pages, by /getClientConfig, to publish with doLoopback.'),
  loopbackAndLocal: option(
    truth,
    'true or false',
    'Tells pages to show the local picture too when loopbackRemote is set.',
  ),
  filterType: option(
    z.enum(['hat', 'marker']).default('hat'),
    'filter',
    'The customRequest that pages may send, told by /getClientConfig.',
  ),
  appUrl: option(
    z
      .string()
      .regex(/^(https?:\/\/\S+)?$/, 'must be an http:// or https:// URL')
      .default(''),
    'URL',
    "This server's address as a Kurento media server reaches it, to fetch the images of filters; empty: http://localhost with the port.",
  ),
  hatImage: option(
    z.string().min(1).default('hat.png'),
    'image',
    'What the hat filter puts over faces: a name below img/ of this server, or an address.',
  ),
  hatPlacement: option(
    numbers(4).default([-0.35, -1.2, 1.6, 1.6]),
    'fractions of the face',
    'Where the hat is: its offset to the right and down, its width and height.',
  ),
  markerImages: option(
    list(z.string().regex(/^\d{1,9}=\S+$/, 'must be index=image')).default(['0=marker.png']),
    'index=image',
    "What the marker filter shows, one image after the other; the index is what clients are told, the image as the hat's.",
  ),
  thresholdSpeaker: option(
    z.coerce.number().min(-200).max(0).default(-50),
    'dB',
    'Above it pages take a participant for speaking; told by /getThresholdSpeaker.',
  ),
  updateSpeakerIntervalMs: option(
    milliseconds.default(1_800),
    'ms',
    'How often pages look who is speaking; told by /getUpdateSpeakerInterval.',
  ),
  kmsUris: option(
    list(z.string().regex(/^wss?:\/\/\S+$/, 'must be a ws:// or wss:// URL')).default([]),
    'URLs',
    'Kurento media servers, as ws://host:8888/kurento; each room is placed on the least loaded one that answers. Empty: the embedded media engine is started.',
  ),
  mediaServerLimit: option(
    count.min(0).default(0),
    'endpoints',
    'Endpoints (publications and subscriptions) on one media server from which on it gets no new room; 0: no limit.',
  ),
  mediaRequestTimeoutMs: option(
    milliseconds.default(10_000),
    'ms',
    'How long a media server may take to answer a call.',
  ),
  mediaLostAfterMs: option(
    milliseconds.default(5_000),
    'ms',
    'How long a media server may be out of reach before its rooms are told that their media is lost.',
  ),
  mediaProcesses: option(
    count.min(1).max(64).default(1),
    'processes',
    'Embedded engines, each on a core of its own: as many media servers, among which rooms are spread.',
  ),
  mediaUdpPorts: option(
    z
      .string()
      .refine((text) => readUdpPorts(text) !== undefined, 'must be first-last, as 40000-49999')
      .default('40000-49999'),
    'UDP ports',
    'Ports the embedded engines may use, one for each publication and subscription; divided among them.',
  ),
  mediaAnnouncedAddresses: option(
    list(ipAddress).default([]),
    'addresses',
    'IP addresses the embedded engines tell clients in place of their own, as behind a NAT or in a container; empty: their own.',
  ),
  mediaBindAddress: option(
    z.union([z.literal(''), ipAddress]).default(''),
    'address',
    'The one local address the embedded engines use for media; empty: all but loopback, or loopback where there is no other.',
  ),
  mediaRecordingsDir: option(
    z.string().default(''),
    'directory',
    'Where the embedded engines may write recordings (RecorderEndpoint), which only applications that speak to an engine directly make; empty: nowhere.',
  ),
  mediaInterfaces: option(
    list(z.string().regex(/^[\w.:@-]+$/, 'must be names of interfaces or IP addresses')).default([]),
    'interfaces',
    'Network interfaces, by name or by address, whose addresses the embedded engines tell clients; empty: all.',
  ),
  mediaAddressFamilies: option(
    list(z.enum(['ipv4', 'ipv6'])).default(['ipv4', 'ipv6']),
    'families',
    'Which of their addresses the embedded engines tell clients: ipv4, ipv6 or both.',
  ),
  mediaStunServer: option(
    z
      .string()
      .regex(/^(\S+:\d{1,5})?$/, 'must be address:port')
      .default(''),
    'address:port',
    'A STUN server by which media servers find their public address, where it cannot be announced; empty: none.',
  ),
  mediaTurnUrl: option(
    z
      .string()
      .regex(/^(\S+:\S+@\S+)?$/, 'must be user:password@address:port')
      .default(''),
    'URL',
    'A TURN server for media servers, as user:password@address:port?transport=udp (the embedded engine: UDP only); empty: none.',
  ),
  mediaExternalIpv4: option(
    z.union([z.literal(''), z.ipv4()]).default(''),
    'address',
    'The IPv4 address a Kurento media server tells clients in place of its own; the embedded engine, too, when none is announced. Empty: its own.',
  ),
  mediaExternalIpv6: option(
    z.union([z.literal(''), z.ipv6()]).default(''),
    'address',
    'The IPv6 address a Kurento media server tells clients in place of its own; the embedded engine, too, when none is announced. Empty: its own.',
  ),
  publisherMinVideoKbps: option(
    kbps,
    'kbit/s',
    'The least video a publisher is asked to send; 0: as the media server has it.',
  ),
  publisherMaxVideoKbps: option(kbps, 'kbit/s', 'The most video a publisher may send; 0: as the media server has it.'),
  subscriberMinVideoKbps: option(
    kbps,
    'kbit/s',
    'The least video a subscriber is sent; 0: as the media server has it.',
  ),
  subscriberMaxVideoKbps: option(
    kbps,
    'kbit/s',
    'The most video a subscriber is sent, where the media server can tell (it is for one that encodes anew); 0: as it has it.',
  ),
  iceServers: option(
    list(
      z
        .string()
        .refine(
          isIceServer,
          'must be stun:host:port or turn:user:password@host:port, user and password percent-encoded',
        ),
    ).default([]),
    'URLs',
    'STUN and TURN servers for clients, served to everybody at /api/v1/ice-servers.',
  ),
  maxConnections: option(
    count.min(0).default(0),
    'connections',
    'How many WebSockets may be open at a time; one more is refused with 503. 0: any number.',
  ),
  roomCreators: option(
    z.string().refine(isPattern, 'must be a regular expression').default('.*'),
    'pattern',
    'Who may open a room: the names of participants that match as a whole, in capitals or not. Rooms that exist take everybody.',
  ),
  maxMessageLength: option(
    count.min(1_000).default(1_000_000),
    'characters',
    'The longest message a client may send; a longer one ends its connection.',
  ),
  maxQueuedBytes: option(
    count.min(65_536).default(4_194_304),
    'bytes',
    'How much may wait for a client that reads slowly before it is dropped.',
  ),
  maxQueuedRequests: option(
    count.min(1).default(1_000),
    'requests',
    'How many requests of one client may wait for the one that runs.',
  ),
  sessionGraceMs: option(
    milliseconds.default(10_000),
    'ms',
    'How long a participant whose socket is lost stays in the room, and may resume the session.',
  ),
  maxMissedMessages: option(
    count.min(1).default(1_000),
    'messages',
    'How many messages are kept for a participant whose socket is lost; one more ends the session.',
  ),
  takeOverDetachedNames: option(
    truth,
    'true or false',
    'Whether somebody may join under the name of a participant whose socket is lost, who then leaves.',
  ),
  socketIoPath: option(
    z
      .string()
      .regex(/^(\/[\w.~-]+)+$/, 'must start with a slash and not end with one')
      .default('/socket.io'),
    'path',
    'Where clients of the protocols on socket.io connect.',
  ),
  maxPacketBytes: option(
    count.min(100_000).default(4_194_304),
    'bytes',
    'The longest packet a client on socket.io may send; a longer one ends its connection.',
  ),
  bridge: option(
    truthOr(true),
    'true or false',
    'Whether clients of all protocols meet in the same rooms; otherwise each protocol has rooms of its own.',
  ),
  logLevel: option(
    z.enum(['error', 'warn', 'info', 'debug']).default('info'),
    'level',
    'The least important line to log.',
  ),
  logFormat: option(z.enum(['text', 'json']).default('text'), 'format', 'Lines for people or for machines.'),
} as const satisfies Record<string, Option>;

export type Config = { readonly [K in keyof typeof options]: z.output<(typeof options)[K]['schema']> };
type Name = keyof typeof options;
const names = Object.keys(options) as Name[];

/** The configuration is wrong; the message says which option, where it was given, and what is expected. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** What the defaults make, with some options set: for tests and for programs that embed the server. */
export function configOf(given: Partial<Record<Name, unknown>> = {}): Config {
  return check(given, () => 'options');
}

/**
 * Reads the configuration: flag > environment > file > default. The file is YAML, named by --config or ATRIUM_CONFIG.
 * @throws ConfigError for unknown keys and flags, and for values that do not fit
 */
export function readConfig(args: readonly string[], env: NodeJS.ProcessEnv): Config {
  const { config: flaggedFile, ...flags } = readFlags(args);
  const path = flaggedFile ?? env.ATRIUM_CONFIG;
  const given: Partial<Record<Name, unknown>> = path === undefined ? {} : readFile(path);
  const source = new Map<Name, string>(names.map((name) => [name, path ?? 'default']));
  for (const name of names) {
    const variable = env[variableOf(name)];
    if (variable !== undefined && variable !== '') {
      given[name] = variable;
      source.set(name, variableOf(name));
    }
    if (flags[name] !== undefined) {
      given[name] = flags[name];
      source.set(name, flagOf(name));
    }
  }
  return check(given, (name) => source.get(name) ?? name);
}

/** The table of options, for --help. */
export function describeOptions(): string {
  const rows = names.map((name) => {
    const { schema, unit, meaning } = options[name];
    const initial = JSON.stringify(schema.parse(undefined));
    return `  ${flagOf(name)} (${variableOf(name)}, ${unit}, default ${initial})\n      ${meaning}`;
  });
  return [
    '  --config FILE (ATRIUM_CONFIG)\n      A YAML file with options under the names of the flags in camelCase.',
    ...rows,
  ].join('\n');
}

export function variableOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function readFlags(args: readonly string[]): Partial<Record<Name | 'config', string>> {
  const known = new Map<string, Name | 'config'>(names.map((name) => [flagOf(name), name]));
  known.set('--config', 'config');
  const given: Partial<Record<Name | 'config', string>> = {};
  for (let index = 0; index < args.length; index += 1) {
    const [flag = '', ...rest] = (args[index] ?? '').split('=');
    const name = known.get(flag);
    if (name === undefined) throw new ConfigError(`Unknown flag ${flag}; --help lists all`);
    const value = rest.length > 0 ? rest.join('=') : args[(index += 1)];
    if (value === undefined) throw new ConfigError(`${flag} needs a value`);
    given[name] = value;
  }
  return given;
}

function readFile(path: string): Partial<Record<Name, unknown>> {
  let content: unknown;
  try {
    content = parseYaml(readFileSync(path, 'utf8')) ?? {};
  } catch (error) {
    throw new ConfigError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new ConfigError(`${path} must hold options by name`);
  }
  for (const key of Object.keys(content)) {
    if (!Object.hasOwn(options, key)) throw new ConfigError(`${path}: unknown option "${key}"`);
  }
  return content;
}

function check(given: Partial<Record<Name, unknown>>, sourceOf: (name: Name) => string): Config {
  const entries = names.map((name) => {
    const value = options[name].schema.safeParse(given[name]);
    if (value.success) return [name, value.data] as const;
    const reason = value.error.issues.map((issue) => issue.message).join('; ');
    throw new ConfigError(`${sourceOf(name)}: ${name} ${reason}`);
  });
  // Each value was made by the schema of its name.
  return Object.fromEntries(entries) as Config;
}

function split(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
