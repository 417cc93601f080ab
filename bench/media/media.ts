import { Table } from '../table.js';
import { median } from '../median.js';
import type { Call } from './call-of-sixteen.js';
import { callOfSixteen, receiving, windows } from './call-of-sixteen.js';
import type { Forwarding } from './forwarding.js';
import { measured, runOnce } from './forwarding.js';
import { janusAddress } from './janus/janus-process.js';
import { janusSubject } from './janus/janus-subject.js';
import { sweep } from './sweep.js';
import {
  bareSubject,
  emptyEngine,
  engineSubject,
  floorSubject,
  layeredSubject,
  recordersOfEach,
  recordingSubject,
  relayingSubject,
  silentSubject,
} from './subjects.js';
import type { EmptySubject, Shape, Subject } from './subjects.js';

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
/** Only rows whose name has this text. */
const wanted = process.env.BENCH_ROWS ?? '';
/** V8 compiles what a packet goes through for the first seven seconds or so. */
const warmUpMs = 8_000;
const coldMs = 1_500;
const measureMs = 4_000;
const endpoints = 60;
/** How often as many have come before those that are measured. The first ones make a process compile and grow its heap. */
const few = 1;
const many = 8;

const meetings: Shape = { publishers: 30, receiversOfEach: 4 };
const smallMeetings: Shape = { publishers: 16, receiversOfEach: 3 };
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

  const summaries: string[] = [];
  for (const each of rows.filter(({ names }) => names.some((name) => name.includes(wanted)))) {
    for (const { name, unit, pairs, aim, digits } of await each.measure(summaries)) row(name, unit, pairs, aim, digits);
  }
  table.print();
  process.stdout.write(`${summaries.map((line) => `\n${line}`).join('')}\n\n`);
  if (wanted === '') await sweep(meetings);
}

interface Row {
  readonly name: string;
  readonly unit: string;
  readonly pairs: readonly Pair<number>[];
  readonly aim: string;
  readonly digits?: number;
}

/** Rows that come of one measurement. */
interface Rows {
  readonly names: readonly string[];
  readonly measure: (summaries: string[]) => Promise<Row[]>;
}

const packetUnit = 'µs CPU';

/** The cost of a packet beside the floor, and how full the engine was. */
function forwarded(
  name: string,
  title: string,
  shape: Shape,
  packetsPerSecond: number,
  aim: string,
  settledMs = warmUpMs,
): Rows {
  return {
    names: [name],
    measure: async (summaries) => {
      const pairs = await compare((start) => forward(start, shape, packetsPerSecond, settledMs));
      summaries.push(summaryOf(title, pairs));
      return [{ name, unit: packetUnit, pairs: usOf(pairs), aim }];
    },
  };
}

/** The cost of a packet in two settings of the engine. @param count as of `costOfOneMore`; undefined: the packets themselves cost more */
function beside(name: string, floor: Start, subject: Start, aim = '', count?: number): Rows {
  return {
    names: [name],
    measure: async () => {
      const pairs = await compare((start) => forward(start, meetings, 85), floor, subject);
      return [{ name, unit: packetUnit, pairs: count === undefined ? usOf(pairs) : costOfOneMore(pairs, count), aim }];
    },
  };
}

/** The cost of a packet beside Janus with the same clients. No row where Janus is not installed. */
function besideJanus(name: string, shape: Shape): Rows[] {
  const address = janusAddress();
  if (address === undefined) return [];
  const janus: Start = (given) => janusSubject(address, given);
  return [
    {
      names: [name],
      measure: async () => {
        const pairs = await compare((start) => forward(start, shape, 170), janus);
        return [{ name, unit: packetUnit, pairs: usOf(pairs), aim: '≤ 1.0' }];
      },
    },
  ];
}

const delayNames = ['delay at half load, median', 'delay at half load, 95 of 100'] as const;
const endpointNames = ['from offer to connected: one endpoint', 'memory of one endpoint'] as const;
const amongMany = `from offer to connected: one endpoint, beside ${many * endpoints} others`;

const rows: readonly Rows[] = [
  forwarded('five-person rooms, 20.4 k packets/s: one forwarded packet', 'five-person rooms', meetings, 170, '≤ 1.0'),
  forwarded('one to forty, 16 k packets/s: one forwarded packet', 'one to forty', audience, 400, '≤ 0.75'),
  forwarded('one to forty, its first seconds: one forwarded packet', 'its first seconds', audience, 400, '', coldMs),
  ...besideJanus('four rooms of four: one forwarded packet; floor: Janus with event loops', smallMeetings),
  ...besideJanus('six rooms of five: one forwarded packet; floor: Janus with event loops', meetings),
  beside('one forwarded packet with a number and feedback; floor: without', silentSubject, engineSubject, '≤ 1.1'),
  beside('one forwarded packet of a picture in three sizes; floor: in one', silentSubject, layeredSubject, '≤ 1.25'),
  beside('one packet over a relay, both ends; floor: one forwarded packet', engineSubject, relayingSubject, '', 1),
  beside(
    'one packet into a recording; floor: one forwarded packet',
    ...([engineSubject, recordingSubject, '', recordersOfEach] as const),
  ),
  callRows(),
  {
    names: delayNames,
    measure: async (summaries) => {
      const half = await compare((start) => forward(start, meetings, 85));
      summaries.push(summaryOf('half load', half));
      return [
        { name: delayNames[0], unit: 'ms', pairs: half.map(both(({ p50 }) => p50)), aim: '' },
        { name: delayNames[1], unit: 'ms', pairs: half.map(both(({ p95 }) => p95)), aim: '' },
      ];
    },
  },
  {
    names: endpointNames,
    measure: async () => {
      const connecting = await compareConnecting(few);
      return [
        { name: endpointNames[0], unit: 'ms CPU', pairs: connecting.map(both(({ ms }) => ms)), aim: '≤ 1.5' },
        { name: endpointNames[1], unit: 'kB RSS', pairs: connecting.map(both(({ kb }) => kb)), aim: '', digits: 0 },
      ];
    },
  },
  {
    names: [amongMany],
    measure: async () => {
      const connecting = await compareConnecting(many);
      return [{ name: amongMany, unit: 'ms CPU', pairs: connecting.map(both(({ ms }) => ms)), aim: '≤ 1.5' }];
    },
  },
];

/** What simulcast and the wishes of a page spare. The floor has neither. */
function callRows(): Rows {
  const title = 'a call of sixteen, pages of nine';
  const figures = [
    ...windows.flatMap(({ name: window }, place) => {
      const name = `${title}, in ${window}: to one receiver; floor: without`;
      const of = (which: 'packets' | 'kbits') => (call: Call) => call.received[place]?.[which] ?? 0;
      return [
        { name, unit: 'packets/s', of: of('packets') },
        { name, unit: 'kbit/s', of: of('kbits') },
      ];
    }),
    {
      name: `${title}: a second of one receiver of ${receiving}; floor: without`,
      unit: 'ms CPU',
      of: ({ ms }: Call) => ms,
    },
  ];
  return {
    names: figures.map(({ name }) => name),
    measure: async (summaries) => {
      const pairs = await alternately(
        () => callOfSixteen(false),
        () => callOfSixteen(true),
      );
      summaries.push(summaryOf(title, pairs));
      return figures.map(({ of, ...row }) => ({ ...row, pairs: pairs.map(both(of)), aim: '', digits: 0 }));
    },
  };
}

function summaryOf(title: string, pairs: readonly Pair<Pick<Forwarding, 'load' | 'lost'>>[]): string {
  const lost = (which: 0 | 1): number => pairs.reduce((sum, pair) => sum + pair[which].lost, 0);
  const load = median(pairs.map(([, engine]) => engine.load * 100)).toFixed(0);
  return `${title}: ${load} % of a core, packets lost: ${lost(1)} (floor: ${lost(0)})`;
}

type Start = (shape: Shape) => Promise<Subject>;

/** Each round measures both in fresh processes, in alternating order. */
async function compare<T>(
  measure: (start: Start) => Promise<T>,
  floor: Start = floorSubject,
  subject: Start = engineSubject,
): Promise<Pair<T>[]> {
  return alternately(
    () => measure(floor),
    () => measure(subject),
  );
}

async function alternately<T>(floor: () => Promise<T>, subject: () => Promise<T>): Promise<Pair<T>[]> {
  const pairs: Pair<T>[] = [];
  for (let round = 0; round < rounds; round += 1) {
    if (round % 2 === 0) pairs.push([await floor(), await subject()]);
    else pairs.push(swapped([await subject(), await floor()]));
  }
  return pairs;
}

async function forward(
  start: Start,
  shape: Shape,
  packetsPerSecond: number,
  settledMs = warmUpMs,
): Promise<Forwarding> {
  const subject = await start(shape);
  try {
    await runOnce(subject, packetsPerSecond, settledMs);
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

async function compareConnecting(times: number): Promise<Pair<Connecting>[]> {
  const pairs: Pair<Connecting>[] = [];
  for (let round = 0; round < rounds; round += 1) {
    pairs.push([await connect(bareSubject, times), await connect(emptyEngine, times)]);
  }
  return pairs;
}

/** @param times how often as many connect before */
async function connect(start: (count: number) => Promise<EmptySubject>, times: number): Promise<Connecting> {
  const { process, connect: run, stop } = await start(endpoints);
  try {
    for (let time = 0; time < times; time += 1) await run();
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
