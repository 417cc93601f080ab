import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { LoadChild } from './load-children.js';
import type { ParticipantPlan, ProcessFigures } from './messages.js';
import { Spread } from './spread.js';
import { Usage } from './usage.js';
import type { ServerReading, ServerUsage, Used } from './usage.js';

export interface LoadOptions {
  /** Of the room protocol, as ws://host:port/room. */
  readonly url: string;
  /** The name of the room, or what the names of several begin with. */
  readonly room: string;
  readonly rooms: number;
  /** Those with sound and a picture, a picture alone, and sound alone; in each room. */
  readonly publishers: number;
  readonly videoPublishers: number;
  readonly audioPublishers: number;
  /** In each room. Each receives all publishers. */
  readonly subscribers: number;
  readonly durationS: number;
  /** Participants a second. */
  readonly joinRate: number;
  /** Of each picture, in its largest size. */
  readonly kbps: number;
  /** In how many sizes each picture is sent. */
  readonly layers: number;
  readonly bindAddress?: string | undefined;
  /** The token of one participant. Undefined: it shows none. */
  readonly tokenOf: (user: string, room: string) => Promise<string | undefined>;
  /** Names the participants, where tokens do. Default: a name that is new. */
  readonly nameOf?: (index: number) => string;
  /** Of the server, where it shows its figures. */
  readonly readServer: () => Promise<ServerReading | undefined>;
  /** Ends the load early, with the figures so far. */
  readonly stopped: AbortSignal;
  readonly tell: (line: string) => void;
}

export interface Quantiles {
  readonly p50: number | null;
  readonly p95: number | null;
}

/** What `atrium load-test --json` prints. */
export interface LoadResult {
  readonly rooms: number;
  readonly publishers: number;
  readonly subscribers: number;
  readonly participants: number;
  readonly joined: number;
  /** How many things failed, by reason. */
  readonly failed: Readonly<Record<string, number>>;
  /** How long all were there, in s. */
  readonly durationS: number;
  readonly joinMs: Quantiles;
  readonly firstPacketMs: Quantiles;
  readonly delayMs: Quantiles;
  /** Streams that participants wanted to receive, and of how many something came. */
  readonly subscriptions: { readonly wanted: number; readonly received: number };
  readonly packets: {
    readonly sent: number;
    readonly received: number;
    readonly lost: number;
    readonly lostPercent: number;
  };
  /** Of all that is sent and received. */
  readonly kbps: { readonly sent: number; readonly received: number };
  /** While all are there, of all programs of this machine, and of the load test alone; in per cent of one core. */
  readonly cpuPercent: { readonly machine: number; readonly loadTest: number };
  /** Null where the server shows no figures. */
  readonly server: ServerUsage | null;
}

/** Participants that one process holds before there is another one, up to the cores of the machine. */
const participantsPerProcess = 20;

/** Fills rooms with synthetic participants, waits, and lets them leave. Rejects when its processes cannot start. */
export async function loadTest(options: LoadOptions): Promise<LoadResult> {
  const plans = plansOf(options);
  const { url, kbps, layers, bindAddress, durationS, stopped, readServer, tell } = options;
  const count = Math.max(1, Math.min(availableParallelism(), Math.ceil(plans.length / participantsPerProcess)));
  const children = await startAll(count);
  try {
    for (const child of children) child.begin({ url, kbps, layers, bindAddress });
    const joined = await joinAll(children, plans, options);
    tell(`${joined} of ${plans.length} have joined${stopped.aborted ? '; stopped' : ''}`);
    for (const child of children) child.measure();
    const usage = await Usage.begin(readServer);
    if (joined > 0) await pause(durationS * 1_000, stopped);
    const used = await usage.end();
    const figures = await Promise.all(children.map((child) => child.leave()));
    return resultOf(plans.length, options, { figures, joined, used });
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}

/** Rejects when one of them cannot start; none is left then. */
async function startAll(count: number): Promise<LoadChild[]> {
  const started = await Promise.allSettled(Array.from({ length: count }, () => LoadChild.start()));
  const children = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failure = started.find((each) => each.status === 'rejected');
  if (!failure) return children;
  await Promise.all(children.map((child) => child.stop()));
  throw failure.reason;
}

type Plan = Omit<ParticipantPlan, 'token'>;

function plansOf({
  room,
  rooms,
  publishers,
  videoPublishers,
  audioPublishers,
  subscribers,
  nameOf,
}: LoadOptions): Plan[] {
  // A second load test in the same room has other names than this one.
  const mark = randomInt(36 ** 4)
    .toString(36)
    .padStart(4, '0');
  const roles: readonly (readonly [count: number, publishes: Plan['publishes']])[] = [
    [publishers, ['audio', 'video']],
    [videoPublishers, ['video']],
    [audioPublishers, ['audio']],
    [subscribers, []],
  ];
  const perRoom = roles.flatMap(([count, publishes]) => Array.from({ length: count }, () => publishes));
  return Array.from({ length: rooms }, (_, index) => (rooms === 1 ? room : `${room}-${index + 1}`))
    .flatMap((name) => perRoom.map((publishes) => ({ room: name, publishes })))
    .map((plan, index) => ({ ...plan, user: nameOf?.(index) ?? `load-${mark}-${index + 1}` }));
}

/** Resolves with how many have joined, when it is known of all, or when the load is stopped. */
async function joinAll(children: readonly LoadChild[], plans: readonly Plan[], options: LoadOptions): Promise<number> {
  const { joinRate, stopped, tokenOf } = options;
  let joined = 0;
  const joins: Promise<void>[] = [];
  for (const [index, plan] of plans.entries()) {
    const child = children[index % children.length];
    if (stopped.aborted || !child) break;
    const token = await tokenOf(plan.user, plan.room);
    const join = child.join({ ...plan, ...(token !== undefined && { token }) });
    joins.push(join.then((hasJoined) => void (joined += hasJoined ? 1 : 0)));
    await pause(1_000 / joinRate, stopped);
  }
  if (!stopped.aborted) await Promise.race([Promise.all(joins), once(stopped, 'abort')]);
  return joined;
}

async function pause(ms: number, stopped: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal: stopped }).catch(() => undefined);
}

interface Measured {
  /** Undefined for a process that has ended before. */
  readonly figures: readonly (ProcessFigures | undefined)[];
  readonly joined: number;
  readonly used: Used;
}

function resultOf(
  participants: number,
  { rooms, publishers, videoPublishers, audioPublishers, subscribers }: LoadOptions,
  { figures: all, joined, used }: Measured,
): LoadResult {
  const figures = all.filter((each) => each !== undefined);
  const sum = (of: (each: ProcessFigures) => number): number => figures.reduce((total, each) => total + of(each), 0);
  const [received, lost] = [sum((each) => each.received.packets), sum((each) => each.received.lost)];
  const wanted = sum(({ subscriptions }) => subscriptions);
  const firstPacket = merged(figures, 'firstPacket');
  const failed: Record<string, number> = {};
  for (const each of figures) {
    for (const [reason, count] of Object.entries(each.failed)) failed[reason] = (failed[reason] ?? 0) + count;
  }
  if (figures.length < all.length) failed['process of the load test ended'] = all.length - figures.length;
  const sent = sum((each) => each.sent.packets);
  return {
    rooms,
    publishers: publishers + videoPublishers + audioPublishers,
    subscribers,
    participants,
    joined,
    failed,
    durationS: rounded(used.durationS),
    joinMs: quantiles(merged(figures, 'join')),
    firstPacketMs: quantiles(firstPacket),
    delayMs: quantiles(merged(figures, 'delay')),
    subscriptions: { wanted, received: firstPacket.count },
    packets: { sent, received, lost, lostPercent: rounded((lost / Math.max(1, received + lost)) * 100) },
    kbps: { sent: Math.round(sum((each) => each.sent.kbps)), received: Math.round(sum((each) => each.received.kbps)) },
    cpuPercent: {
      machine: Math.round(used.machineCpuPercent),
      loadTest: Math.round(sum(({ cpuMs }) => cpuMs) / used.durationS / 10),
    },
    server: used.server ?? null,
  };
}

function merged(figures: readonly ProcessFigures[], of: 'join' | 'firstPacket' | 'delay'): Spread {
  const spread = new Spread();
  for (const each of figures) spread.merge(each[of]);
  return spread;
}

function quantiles(spread: Spread): Quantiles {
  return { p50: spread.quantile(0.5) ?? null, p95: spread.quantile(0.95) ?? null };
}

function rounded(value: number): number {
  return Number(value.toFixed(2));
}
