import { Table } from '../table.js';
import { median } from '../median.js';
import type { Forwarding } from './forwarding.js';
import { measured, runOnce } from './forwarding.js';
import { sweep } from './sweep.js';
import {
  bareSubject,
  emptyEngine,
  engineSubject,
  floorSubject,
  recordersOfEach,
  recordingSubject,
  relayingSubject,
  silentSubject,
} from './subjects.js';
import type { EmptySubject, Shape, Subject } from './subjects.js';

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const warmUpMs = 1_500;
const measureMs = 4_000;
const endpoints = 60;

const meetings: Shape = { publishers: 30, receiversOfEach: 4 };
const audience: Shape = { publishers: 1, receiversOfEach: 40 };

type Pair<T> = readonly [floor: T, subject: T];

/** Compares the cost of the engine with bare loops that do the minimum. Medians of rounds. */
export async function benchMedia(): Promise<void> {
  process.stdout.write(
    '\nMedia: what the embedded engine costs, beside bare loops in the same run (bench/README.md)\n\n',
  );
  const table = new Table(['', 'unit', 'floor', 'engine', 'ratio', 'range', 'aim']);
  const row = (name: string, unit: string, pairs: readonly Pair<number>[], aim: string, digits = 2): void => {
    const ratios = pairs.map(([floor, subject]) => subject / floor);
    const range = `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`;
    const middle = (which: 0 | 1): string => median(pairs.map((pair) => pair[which])).toFixed(digits);
    table.row([name, unit, middle(0), middle(1), median(ratios).toFixed(2), range, aim]);
  };

  const full = await compare((start) => forward(start, meetings, 170));
  row('five-person rooms, 20.4 k packets/s: one forwarded packet', 'µs CPU', usOf(full), '≤ 1.0');
  const many = await compare((start) => forward(start, audience, 400));
  row('one to forty, 16 k packets/s: one forwarded packet', 'µs CPU', usOf(many), '≤ 0.75');
  const half = await compare((start) => forward(start, meetings, 85));
  const numbered = await compare((start) => forward(start, meetings, 85), silentSubject, engineSubject);
  row('one forwarded packet with a number and feedback; floor: without', 'µs CPU', usOf(numbered), '≤ 1.1');
  const relays = await compare((start) => forward(start, meetings, 85), engineSubject, relayingSubject);
  row('one packet over a relay, both ends; floor: one forwarded packet', 'µs CPU', costOfOneMore(relays, 1), '');
  const recorders = await compare((start) => forward(start, meetings, 85), engineSubject, recordingSubject);
  row(
    'one packet into a recording; floor: one forwarded packet',
    'µs CPU',
    costOfOneMore(recorders, recordersOfEach),
    '',
  );
  row('delay at half load, median', 'ms', half.map(both(({ p50 }) => p50)), '');
  row('delay at half load, 95 of 100', 'ms', half.map(both(({ p95 }) => p95)), '');
  const connecting = await compareConnecting();
  row('from offer to connected: one endpoint', 'ms CPU', connecting.map(both(({ ms }) => ms)), '≤ 1.5');
  row('memory of one endpoint', 'kB RSS', connecting.map(both(({ kb }) => kb)), '', 0);
  table.print();

  for (const [name, pairs] of [
    ['five-person rooms', full],
    ['one to forty', many],
    ['half load', half],
  ] as const) {
    const [floor, engine] = [0, 1].map((which) => pairs.map((pair) => pair[which as 0 | 1]));
    const lost = (side: readonly Forwarding[] = []): number => side.reduce((sum, each) => sum + each.lost, 0);
    const load = median((engine ?? []).map((each) => each.load * 100)).toFixed(0);
    process.stdout.write(`\n${name}: ${load} % of a core, packets lost: ${lost(engine)} (floor: ${lost(floor)})`);
  }
  process.stdout.write('\n\n');
  await sweep(meetings);
}

type Start = (shape: Shape) => Promise<Subject>;

/** Each round measures both in fresh processes, in alternating order. */
async function compare<T>(
  measure: (start: Start) => Promise<T>,
  floor: Start = floorSubject,
  subject: Start = engineSubject,
): Promise<Pair<T>[]> {
  const pairs: Pair<T>[] = [];
  for (let round = 0; round < rounds; round += 1) {
    if (round % 2 === 0) pairs.push([await measure(floor), await measure(subject)]);
    else pairs.push(swapped([await measure(subject), await measure(floor)]));
  }
  return pairs;
}

async function forward(start: Start, shape: Shape, packetsPerSecond: number): Promise<Forwarding> {
  const subject = await start(shape);
  try {
    await runOnce(subject, packetsPerSecond, warmUpMs);
    return await measured(subject, shape, packetsPerSecond, measureMs);
  } finally {
    await subject.stop();
  }
}

interface Connecting {
  /** CPU time of one. */
  readonly ms: number;
  readonly kb: number;
}

async function compareConnecting(): Promise<Pair<Connecting>[]> {
  const pairs: Pair<Connecting>[] = [];
  for (let round = 0; round < rounds; round += 1) {
    pairs.push([await connect(bareSubject), await connect(emptyEngine)]);
  }
  return pairs;
}

async function connect(start: (count: number) => Promise<EmptySubject>): Promise<Connecting> {
  const { process, connect: run, stop } = await start(endpoints);
  try {
    const [cpu, resident] = [process.cpuUs, process.residentBytes];
    await run();
    return {
      ms: (process.cpuUs - cpu) / 1000 / endpoints,
      kb: (process.residentBytes - resident) / 1000 / endpoints,
    };
  } finally {
    await stop();
  }
}

function usOf(pairs: readonly Pair<Forwarding>[]): Pair<number>[] {
  return pairs.map(both(({ usPerPacket }) => usPerPacket));
}

/**
 * What a packet costs more when it goes over relays or into files too, which it does once for all its receivers.
 *
 * @param count of the relays or files
 */
function costOfOneMore(pairs: readonly Pair<Forwarding>[], count: number): Pair<number>[] {
  const { receiversOfEach } = meetings;
  return usOf(pairs).map(([direct, more]) => [direct, ((more - direct) * receiversOfEach) / count]);
}

function both<T>(of: (side: T) => number): (pair: Pair<T>) => Pair<number> {
  return ([floor, subject]) => [of(floor), of(subject)];
}

function swapped<T>([first, second]: Pair<T>): Pair<T> {
  return [second, first];
}
