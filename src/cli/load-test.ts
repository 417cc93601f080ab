import type * as jose from 'jose';
import { loadTest } from '../../load/load-test.js';
import type { LoadOptions, LoadResult, Quantiles } from '../../load/load-test.js';
import { readingIn } from '../../load/usage.js';
import type { ServerReading } from '../../load/usage.js';
import { makeToken, readGrants } from '../../access/index.js';
import { causeOf } from '../cause-of.js';
import { readConfig } from '../config.js';
import { adminReachedAt, reachedAt } from '../health-check.js';
import { CommandError, GivenFlags, UsageError, exitCodes } from './command.js';
import type { Command, Flags, Surroundings } from './command.js';
import { checkedUrl, remoteFlags } from './remote.js';
import { aligned } from './rooms.js';
import { configArgs, keyIn, secondsIn } from './token-create.js';

const flags: Flags = {
  room: { value: 'NAME', meaning: 'The room, or what the names of several begin with.' },
  rooms: { value: 'N', meaning: 'How many rooms are filled, each with as many. Default: 1.' },
  publishers: { value: 'N', meaning: 'Participants with sound and a picture. Default: 0.' },
  'video-publishers': {
    value: 'N',
    meaning: 'Participants with a picture alone. Default: 5, or 0 where other publishers are given.',
  },
  'audio-publishers': { value: 'N', meaning: 'Participants with sound alone. Default: 0.' },
  subscribers: { value: 'N', meaning: 'Participants that receive all publishers of their room. Default: 50.' },
  duration: { value: 'TIME', meaning: 'How long all stay, as 60s or 5m. Default: 60s.' },
  'join-rate': { value: 'N/s', meaning: 'How many come in a second. Default: 10/s.' },
  'video-kbps': { value: 'N', meaning: 'What each picture takes, in its largest size. Default: 1000.' },
  layers: { value: 'N', meaning: 'In how many sizes each picture is sent, 1 to 3. Default: 1.' },
  ...remoteFlags,
  token: {
    value: 'TOKEN',
    meaning: 'The token of one participant. Default: one that a key signs for each, where there is a key.',
    isMany: true,
  },
  metrics: {
    value: 'URL',
    meaning:
      "Where the server's figures are. Default: ADMIN_PORT of the configuration, else below the server's URL with ADMIN_TOKEN.",
  },
  'bind-address': { value: 'ADDRESS', meaning: 'For media. Default: every address of this machine but loopback.' },
};

export const loadTestCommand: Command = {
  name: 'load-test',
  summary: 'fills rooms with synthetic participants and measures what they get',
  flags,
  run: async (args, surroundings) => {
    const given = new GivenFlags(flags, args);
    const { out, tell } = surroundings;
    const base = baseOf(given, surroundings);
    const wanted = wantedOf(given);
    const people = await peopleOf(given, surroundings, wanted);
    await needServer(base);
    const stop = new AbortController();
    const onSignal = (): void => {
      stop.abort();
    };
    for (const signal of signals) process.once(signal, onSignal);
    try {
      const result = await loadTest({
        ...wanted,
        ...people,
        url: `${base.replace(/^http/, 'ws')}/room`,
        bindAddress: given.text('bind-address'),
        readServer: () => readServer(given, surroundings, base),
        stopped: stop.signal,
        tell: (line) => {
          tell(`${line}\n`);
        },
      });
      out(given.isGiven('json') ? `${JSON.stringify(result)}\n` : `${linesOf(result).join('\n')}\n`);
      return isGood(result, stop.signal.aborted) ? exitCodes.done : exitCodes.failed;
    } finally {
      for (const signal of signals) process.off(signal, onSignal);
    }
  },
};

const signals = ['SIGINT', 'SIGTERM'] as const;

/** How long the server has for its first answer and for its figures, in ms. */
const patienceMs = 5_000;

type Wanted = Omit<LoadOptions, 'url' | 'bindAddress' | 'tokenOf' | 'nameOf' | 'readServer' | 'stopped' | 'tell'>;

/** @throws UsageError */
function wantedOf(given: GivenFlags): Wanted {
  const room = given.text('room') ?? '';
  if (room === '') throw new UsageError('--room is needed');
  const publishers = countIn(given, 'publishers', 0);
  const audioPublishers = countIn(given, 'audio-publishers', 0);
  const videoPublishers = countIn(given, 'video-publishers', publishers + audioPublishers > 0 ? 0 : 5);
  const subscribers = countIn(given, 'subscribers', 50);
  if (publishers + audioPublishers + videoPublishers + subscribers === 0) {
    throw new UsageError('--publishers and --subscribers are 0: nobody would come');
  }
  const [, joinRate = ''] = /^(\d{1,4})(?:\/s)?$/.exec(given.text('join-rate') ?? '10') ?? [];
  if (Number(joinRate) === 0) throw new UsageError('--join-rate must be a number a second, as 10/s');
  return {
    room,
    rooms: countIn(given, 'rooms', 1, 1),
    publishers,
    videoPublishers,
    audioPublishers,
    subscribers,
    durationS: secondsIn('duration', given.text('duration') ?? '60s'),
    joinRate: Number(joinRate),
    kbps: countIn(given, 'video-kbps', 1_000, 1),
    layers: countIn(given, 'layers', 1, 1, 3),
  };
}

/** @throws UsageError */
function countIn(given: GivenFlags, flag: string, byDefault: number, least = 0, most = 999_999): number {
  const text = given.text(flag);
  if (text === undefined) return byDefault;
  if (!/^\d{1,6}$/.test(text) || Number(text) < least || Number(text) > most)
    throw new UsageError(
      `--${flag} must be a whole number, at least ${least}${most < 999_999 ? ` and at most ${most}` : ''}`,
    );
  return Number(text);
}

/** Without a slash at the end. @throws UsageError, ConfigError */
function baseOf(given: GivenFlags, { env }: Surroundings): string {
  return checkedUrl(given.text('url') ?? env.ATRIUM_URL ?? reachedAt(readConfig(configArgs(given), env)));
}

/** Their tokens, and their names where tokens say them. @throws UsageError, ConfigError */
async function peopleOf(
  given: GivenFlags,
  { env, now }: Surroundings,
  { rooms, publishers, videoPublishers, audioPublishers, subscribers, durationS, joinRate }: Wanted,
): Promise<Pick<LoadOptions, 'tokenOf' | 'nameOf'>> {
  const tokens = given.texts('token');
  const count = rooms * (publishers + videoPublishers + audioPublishers + subscribers);
  if (tokens.length > 0) {
    if (tokens.length < count) {
      const instead = 'A key of the server (--key, ATRIUM_KEY and ATRIUM_SECRET, --config) makes one for each';
      throw new UsageError(`--token: ${count} participants need as many tokens, since a token names one. ${instead}`);
    }
    // Most commands do without the library.
    const { decodeJwt } = await import('jose');
    const byName = new Map(tokens.map((token) => [nameIn(token, decodeJwt), token]));
    if (byName.size < tokens.length) throw new UsageError('--token: two tokens name the same participant');
    const names = [...byName.keys()];
    return { tokenOf: (user) => Promise.resolve(byName.get(user)), nameOf: (index) => names[index] ?? '' };
  }
  const key = keyIn(given, env, { isNeeded: given.isGiven('key') });
  if (!key) return { tokenOf: () => Promise.resolve(undefined) };
  const validForS = durationS + Math.ceil(count / joinRate) + 600;
  const grants = readGrants('publisher');
  if (!grants) throw new Error('there is no role "publisher"');
  return { tokenOf: (identity, room) => makeToken({ ...key, room, identity, grants, validForS }, now()) };
}

/** @throws UsageError */
function nameIn(token: string, decodeJwt: typeof jose.decodeJwt): string {
  try {
    const { sub, jti } = decodeJwt(token);
    return sub ?? jti ?? '';
  } catch {
    throw new UsageError('--token is no token, as `atrium token create` makes them');
  }
}

/** @throws CommandError */
async function needServer(base: string): Promise<void> {
  try {
    await fetch(`${base}/healthz`, { signal: AbortSignal.timeout(patienceMs), redirect: 'manual' });
  } catch (error) {
    throw new CommandError(`${new URL(base).origin} cannot be reached: ${causeOf(error)}`, exitCodes.notReachable);
  }
}

async function readServer(given: GivenFlags, { env }: Surroundings, base: string): Promise<ServerReading | undefined> {
  const config = readConfig(configArgs(given), env);
  const isElsewhere = given.isGiven('url') || env.ATRIUM_URL !== undefined;
  const adminUrl = isElsewhere ? undefined : adminReachedAt(config);
  const named = given.text('metrics') ?? (adminUrl && `${adminUrl}/metrics`);
  try {
    // The token goes to the server alone.
    const headers = named === undefined ? { Authorization: `Bearer ${config.adminToken}` } : {};
    const signal = AbortSignal.timeout(patienceMs);
    const response = await fetch(named ?? `${base}/metrics`, { headers, signal, redirect: 'error' });
    return response.ok ? readingIn(await response.text()) : undefined;
  } catch {
    return undefined;
  }
}

function isGood({ participants, joined, failed, subscriptions }: LoadResult, isStopped: boolean): boolean {
  if (Object.keys(failed).length > 0) return false;
  return isStopped || (joined === participants && subscriptions.received === subscriptions.wanted);
}

function linesOf(result: LoadResult): string[] {
  const { participants, joined, failed, durationS, subscriptions, packets, kbps, cpuPercent, server } = result;
  const failures = Object.entries(failed).map(([reason, count]) => ['failed', `${count}: ${reason}`]);
  const { joinMs, firstPacketMs, delayMs } = result;
  return aligned([
    ['joined', `${joined} of ${participants}`],
    ...failures,
    ['measured for', `${durationS} s`],
    ['join', inMs(joinMs)],
    ['first packet', `${inMs(firstPacketMs)}; ${subscriptions.received} of ${subscriptions.wanted} streams`],
    ['packets', `${packets.sent} sent, ${packets.received} received`],
    ['loss', `${packets.lostPercent} % (${packets.lost})`],
    ['delay', inMs(delayMs)],
    ['bit rate', `${kbps.sent} kbit/s sent, ${kbps.received} kbit/s received`],
    ['CPU of this machine', `${cpuPercent.machine} % of one core, ${cpuPercent.loadTest} % by the load test`],
    [
      'server',
      server
        ? `CPU ${server.cpuPercent} % of one core, memory ${server.memoryMb} MB, event loop ${server.eventLoopMs} ms (p99)`
        : 'shows no figures (ADMIN_TOKEN or --metrics)',
    ],
  ]);
}

function inMs({ p50, p95 }: Quantiles): string {
  return p50 === null ? 'none' : `${p50} ms (p50), ${p95} ms (p95)`;
}
