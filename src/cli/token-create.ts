import { grantsText, joinLink, makeToken, maxTokenBytes, readGrants } from '../../access/index.js';
import { ConfigError } from '../../options/config-error.js';
import { isShowable } from '../../rooms/index.js';
import { readConfig } from '../config.js';
import { GivenFlags, UsageError, exitCodes } from './command.js';
import type { Command, Flags, Surroundings } from './command.js';

const flags: Flags = {
  room: {
    value: 'NAME',
    meaning: 'The room. Without it the token is for the server API, and --grant says what it allows.',
  },
  identity: { value: 'NAME', meaning: 'Who the bearer is. Needed to join a room.' },
  role: { value: 'ROLE', meaning: 'moderator, publisher or subscriber. Default: publisher.' },
  grant: {
    value: 'GRANT',
    meaning: 'Laid over the role, as canPublish=false or canPublishSources=microphone+camera.',
    isMany: true,
  },
  'valid-for': { value: 'TIME', meaning: 'As 90s, 30m, 6h or 7d. Default: 6h.' },
  name: { value: 'NAME', meaning: 'What the participant is called.' },
  metadata: { value: 'TEXT', meaning: 'Of the participant.' },
  attribute: { value: 'NAME=TEXT', meaning: 'Of the participant.', isMany: true },
  key: { value: 'NAME', meaning: 'The key that signs. Default: the first.' },
  'join-url': { value: 'URL', meaning: 'The address of the page: a link to join is shown too.' },
  config: { value: 'FILE', meaning: 'The configuration of the server, which has the keys.' },
  dev: { meaning: 'Sign with the key of a server with --dev.' },
};

export const tokenCreate: Command = {
  name: 'token create',
  summary: 'makes a token, with which somebody joins a room',
  flags,
  run: async (args, { env, out, tell, now }) => {
    const given = new GivenFlags(flags, args);
    const room = nameIn(given, 'room');
    const identity = nameIn(given, 'identity');
    if (room !== undefined && identity === undefined) throw new UsageError('--identity is needed to join a room');
    const grants = grantsIn(given, room);
    const validForS = secondsIn('valid-for', given.text('valid-for') ?? '6h');
    const link = given.text('join-url');
    if (link !== undefined && (room === undefined || !URL.canParse(link))) {
      throw new UsageError('--join-url must be an http:// or https:// URL, and needs --room');
    }
    const { key, secret } = keyIn(given, env);
    const name = nameIn(given, 'name');
    const metadata = given.text('metadata');
    const attributes = attributesIn(given);
    const saysVisible = given.texts('grant').some((grant) => /\bhidden\s*=/.test(grant));
    const made = { key, secret, room, identity, grants, saysVisible, validForS, name, metadata, attributes };
    const token = await makeToken(made, now());
    if (token.length > maxTokenBytes) throw new UsageError(`the token would have more than ${maxTokenBytes} bytes`);
    tell(
      table([
        ['room', room],
        ['identity', identity],
        ['name', name],
        ['grants', grantsText(grants)],
        ['key', key],
        ['valid until', new Date(now() + validForS * 1_000).toISOString()],
        ['join', link === undefined || room === undefined ? undefined : joinLink(link, room, token)],
      ]),
    );
    out(`${token}\n`);
    return exitCodes.done;
  },
};

function nameIn(given: GivenFlags, flag: string): string | undefined {
  const name = given.text(flag);
  if (name !== undefined && (name === '' || !isShowable(name))) {
    throw new UsageError(`--${flag} must be a name of 1 to 256 characters, without invisible ones`);
  }
  return name;
}

function grantsIn(given: GivenFlags, room: string | undefined) {
  const laidOver = given.texts('grant');
  if (room === undefined && laidOver.length === 0) throw new UsageError('--room is needed, or --grant');
  const role = given.text('role') ?? (room === undefined ? '' : 'publisher');
  const grants = readGrants([role, ...laidOver].join(','));
  if (!grants) throw new UsageError('--role, --grant: there is no such role or grant, or it has no such value');
  return grants;
}

/** @throws UsageError */
export function secondsIn(flag: string, text: string): number {
  const [, count = '', unit = 's'] = /^(\d{1,9})([smhd]?)$/.exec(text) ?? [];
  const seconds = Number(count) * ({ s: 1, m: 60, h: 3_600, d: 86_400 }[unit] ?? 1);
  if (seconds === 0 || seconds > longestS) throw new UsageError(`--${flag} must be a time as 90s, 30m, 6h or 7d`);
  return seconds;
}

/** Ten years. */
const longestS = 315_360_000;

function attributesIn(given: GivenFlags): Readonly<Record<string, string>> | undefined {
  const pairs = given.texts('attribute').map((text) => {
    const at = text.indexOf('=');
    if (at < 1) throw new UsageError('--attribute must be NAME=TEXT');
    return [text.slice(0, at), text.slice(at + 1)] as const;
  });
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs);
}

/** The options of the server that a command's own flags stand for. */
export function configArgs(given: GivenFlags): string[] {
  const file = given.text('config');
  return [
    ...(file === undefined ? [] : ['--config', file]),
    ...(given.isGiven('dev') ? ['--dev', '--host', '127.0.0.1'] : []),
  ];
}

interface Key {
  readonly key: string;
  readonly secret: string;
}

/** From the configuration, or from the variables of this program or of LiveKit. @throws ConfigError when there is none, but is needed */
export function keyIn(given: GivenFlags, env: Surroundings['env']): Key;
export function keyIn(
  given: GivenFlags,
  env: Surroundings['env'],
  how: { readonly isNeeded: boolean },
): Key | undefined;
export function keyIn(given: GivenFlags, env: Surroundings['env'], { isNeeded } = { isNeeded: true }): Key | undefined {
  const { keys } = readConfig(configArgs(given), env);
  const known = new Map(keys);
  for (const [name, secret] of [
    [env.ATRIUM_KEY, env.ATRIUM_SECRET],
    [env.LIVEKIT_API_KEY, env.LIVEKIT_API_SECRET],
  ]) {
    if (name !== undefined && name !== '' && secret !== undefined && !known.has(name)) known.set(name, secret);
  }
  const [first] = known.keys();
  const key = given.text('key') ?? first;
  if (key === undefined) {
    if (!isNeeded) return undefined;
    throw new ConfigError('There is no key: give KEYS, ATRIUM_KEY and ATRIUM_SECRET, --config, or --dev');
  }
  const secret = known.get(key);
  if (secret === undefined)
    throw new ConfigError(`--key: there is no key ${key}; there are ${[...known.keys()].join(', ')}`);
  return { key, secret };
}

function table(rows: readonly (readonly [string, string | undefined])[]): string {
  const told = rows.filter(([, value]) => value !== undefined);
  return told.map(([what, value]) => `${what.padEnd(12)} ${value}\n`).join('');
}
