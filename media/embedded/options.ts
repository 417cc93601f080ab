import { z } from 'zod';
import { ConfigError } from '../../options/config-error.js';
import { readFlags } from '../../options/flags.js';
import { contentOfFile, givenTwice, usedValue } from '../../options/given-value.js';
import { helpText, version } from '../../options/help.js';
import { listed } from '../../options/listed-option.js';
import { nearMissesOf } from '../../options/near-name.js';
import type { NearMiss } from '../../options/near-name.js';
import { count, flag, ipAddress, list, number, option } from '../../options/option.js';
import type { Output } from '../../options/option.js';
import { logLevels } from './log.js';
import { allowedOrigin } from './protocol/admission.js';
import { addressFamilies } from './transport/local-addresses.js';

const lowestUdpPort = 1024;
const fewestUdpPorts = 10;

const udpPorts = z.string().transform((text, context) => {
  const [, from, to] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? [];
  const [first, last] = [Number(from), Number(to)];
  if (from === undefined) context.addIssue('must look like 40000-49999');
  else if (first < lowestUdpPort || last > 65_535) context.addIssue(`must be ports from ${lowestUdpPort} to 65535`);
  else if (last - first + 1 < fewestUdpPorts) context.addIssue(`must hold at least ${fewestUdpPorts} ports`);
  return { first, last };
});

const name = z.string().min(1);

/** Every flag of the media server. It reads no variables for them: it inherits those of the server that starts it. */
const options = {
  host: option(name, '127.0.0.1', 'address', 'The address at which the Kurento protocol is served.'),
  port: option(count.min(0).max(65_535), 8888, 'port', 'TCP port of the Kurento protocol. 0: any free one.'),
  allowedOrigins: option(
    list(allowedOrigin),
    [],
    'origins',
    'Pages that may connect, as https://host[:port]; *: all. Without it no page may.',
  ),
  maxConnections: option(count.min(1), 1000, 'sockets', 'Sockets of clients that may be open at a time.'),
  udpPorts: option(udpPorts, '40000-49999', 'ports', 'UDP ports for media. Each endpoint takes one.'),
  bindAddress: option(
    z.union([z.literal('').transform(() => undefined), ipAddress], 'must be an IP address'),
    '',
    'IP address',
    'The one local address for media. Without it: all.',
  ),
  announcedAddress: option(
    list(ipAddress),
    [],
    'IP addresses',
    'Addresses that clients are told instead of the local ones.',
  ),
  addressFamilies: option(
    list(z.enum(addressFamilies)),
    [...addressFamilies],
    'families',
    'Families of the local addresses that clients are told.',
  ),
  interfaces: option(
    list(name),
    [],
    'names',
    'Network interfaces, by name or by address, whose addresses clients are told. Without it: all.',
  ),
  gcPeriod: option(number.positive().max(86_400), 240, 's', 'The time between two collections of unused sessions.'),
  recordingsDir: option(
    z.string().transform((text) => (text === '' ? undefined : text)),
    '',
    'folder',
    'The folder for recordings. Without it nothing is recorded.',
  ),
  recordingsOverwrite: flag(
    false,
    'Whether a recording replaces a file of its name, as a Kurento Media Server does. Otherwise it is refused.',
  ),
  recordingKeyframeS: option(
    number.min(0).max(3600),
    10,
    's',
    'A recording asks for a keyframe when it has got none for so long. 0: only when it needs one.',
  ),
  speakerLevel: option(
    number.min(-126).max(0),
    -35,
    'dBov',
    'Speech is louder than this, as clients say in the audio level extension (RFC 6464): 0 is the loudest sound.',
  ),
  outlive: option(
    count.min(0).max(86_400),
    0,
    's',
    'How long it waits for a client after the program that started it has ended. 0: it ends at once.',
  ),
  testLoss: option(number.min(0).max(1), 0, 'share', 'For tests: the share of RTP packets that are lost each way.'),
  logLevel: option(z.enum(logLevels), 'info', 'level', 'The least important line to log.'),
};

export type Options = Output<typeof options>;

const optionList = listed(options);

/** What `--help` prints. */
export function help(): string {
  const examples = [
    ['npm run media-server', 'for a room server on this machine'],
    ['npm run media-server -- --host 0.0.0.0 --announced-address 203.0.113.7', 'for others'],
    [`${tokenFileVariable}=/run/secrets/token npm run media-server`, 'for clients with the token'],
  ] as const;
  const paragraphs = [
    'A media server that speaks the Kurento protocol. The room server starts it by itself.\n' +
      'Run it alone to use it from another machine, or from several room servers (KMS_URIS).',
    `${tokenVariable} in the environment is what clients must send; ${tokenFileVariable} names a file that holds it.\n` +
      'It is no flag: every user of the machine can read the flags of a process.',
    '  -h, --help\n  -v, --version',
  ];
  const introduction = { title: `Atrium ${version()}: the media engine`, examples, paragraphs };
  return helpText(introduction, [{ title: 'Flags', options: optionList }], true);
}

/** @throws ConfigError with a message of one line for the operator. */
export function parseOptions(args: readonly string[]): Options {
  const given = readFlags(
    args,
    optionList.map(({ flag }) => flag),
  );
  for (const [flag, value] of given) if (value === '') throw new ConfigError(`${flag} needs a value`);
  const entries = optionList.map((each) => {
    const value = given.get(each.flag);
    return [each.key, usedValue(each, value === undefined ? undefined : { value, source: each.flag })] as const;
  });
  // Each value was made by the schema of its option.
  return Object.fromEntries(entries) as Options;
}

const tokenVariable = 'MEDIA_SERVER_TOKEN';
const tokenFileVariable = `${tokenVariable}_FILE`;

/**
 * What clients must send, undefined for nothing. It comes in the environment, since every user of the machine can read the flags of a
 * process. It is taken out of there: nothing that this process may start has a use for it.
 *
 * @param isAlone whether no server started this process: one that did gives the token itself
 * @throws ConfigError
 */
export function takeToken(env: NodeJS.ProcessEnv, isAlone: boolean): string | undefined {
  const { MEDIA_SERVER_TOKEN: token = '', MEDIA_SERVER_TOKEN_FILE: file = '' } = env;
  delete env.MEDIA_SERVER_TOKEN;
  if (!isAlone || file === '') return token === '' ? undefined : token;
  if (token !== '') throw givenTwice(tokenVariable, tokenFileVariable);
  return String(contentOfFile(file, tokenFileVariable).value);
}

/** Variables that look as if one of the engine's was meant. */
export function nearMisses(env: NodeJS.ProcessEnv): readonly NearMiss[] {
  return nearMissesOf(env, [tokenVariable, tokenFileVariable]);
}
