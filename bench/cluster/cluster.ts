import { loadavg } from 'node:os';
import { median, part } from '../median.js';
import { BenchServer } from '../signalling/bench-process.js';
import { Table } from '../table.js';
import {
  commandsOfChats,
  commandsOfJoins,
  commandsOfPublications,
  delays,
  deliveries,
  handOver,
  joinStorm,
  memory,
  seat,
  takeOver,
  twoNodes,
} from './measures.js';
import type { Commands, Cost, Places } from './measures.js';
import { Stage } from './stage.js';

const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
/** Only the rows whose name has this text. */
const wanted = process.env.BENCH_ROWS ?? '';
/** How many rooms of five the node has that is killed, in turn. */
const leftRooms = (process.env.BENCH_ROOMS ?? '50,500').split(',').map(Number);
/** In one of so many of them somebody says something at once. */
const spokenIn = Number(process.env.BENCH_SPOKEN_IN ?? 1);

type Cells = readonly string[];
type Row = readonly [name: string, measure: (stage: Stage, table: Table) => Promise<void>];

/** What several nodes cost, beside one process in the same round. */
export async function benchCluster(): Promise<void> {
  process.stdout.write('\nSeveral nodes on one Redis (bench/README.md)\n\n');
  const stage = await Stage.open();
  const table = new Table(['what', 'unit', 'one process', 'nodes', 'range of rounds', 'aim', 'load']);
  try {
    for (const [name, measure] of rows.filter(([each]) => each.includes(wanted))) {
      process.stderr.write(`${name} …\n`);
      await measure(stage, table);
      await stage.clear();
    }
  } finally {
    await stage.close();
  }
  table.print();
}

/** What a text goes through is compiled then: nodes run for days. */
const warmChats = 2_000;

const rows: readonly Row[] = [
  ['delay of a chat through a foreign gateway', delayOfChats],
  ...[10, 100].map((size): Row => [`CPU of a delivery, rooms of ${size}`, (stage, table) => cpu(stage, table, size)]),
  ['Redis commands', redisCommands],
  ...leftRooms.map((count): Row => [
    `take-over of ${count} rooms of five`,
    (stage, table) => left(stage, table, count),
  ]),
  ['hand-over of a room of ten', moved],
  ['join storm of 100 into one room', storm],
  ['memory of Redis', kept],
  ['one process with cluster/ loaded', loaded],
];

async function delayOfChats(stage: Stage, table: Table): Promise<void> {
  const found: { single: number[]; nodes: number[] }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const single = await stage.single();
    const places = await twoNodes(stage);
    await seat(places, 1, 2, 'delay');
    const pair = { single: [] as number[], nodes: [] as number[] };
    for (const place of [single, places.gateway]) await delays(place, 'delay-0', warmChats);
    // In turns, so that both have the same neighbours on this machine.
    for (let turn = 0; turn < 5; turn += 1) {
      pair.single.push(...(await delays(single, 'delay-0', 100)));
      pair.nodes.push(...(await delays(places.gateway, 'delay-0', 100)));
    }
    found.push(pair);
    await stage.clear();
  }
  for (const [share, title, aim] of [
    [0.5, 'p50', '≤ 1 added'],
    [0.95, 'p95', '≤ 3 added'],
  ] as const) {
    const [one, many] = [found.map(({ single }) => part(single, share)), found.map(({ nodes }) => part(nodes, share))];
    const added = found.map((_, index) => (many[index] ?? NaN) - (one[index] ?? NaN));
    add(table, `chat through a foreign gateway, ${title}`, 'ms', median(one), median(many), many, aim);
    add(table, `added by it, ${title}`, 'ms', undefined, median(added), added, aim);
  }
}

async function cpu(stage: Stage, table: Table, roomSize: number): Promise<void> {
  const found: { single: number; nodes: Cost }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const single = await stage.single();
    const alone = await deliveries({ owner: single, gateway: single }, roomSize, async () => Promise.resolve(0));
    await stage.clear();
    const nodes = await deliveries(await twoNodes(stage), roomSize, async () => stage.redis.cpuUs());
    await stage.clear();
    found.push({ single: alone.owner, nodes });
  }
  const alone = median(found.map(({ single }) => single));
  for (const which of ['owner', 'gateway', 'redis'] as const) {
    const values = found.map(({ nodes }) => nodes[which]);
    const single = which === 'owner' ? alone : undefined;
    add(table, `a delivery, rooms of ${roomSize}: ${which}`, 'µs CPU', single, median(values), values, '');
  }
}

async function redisCommands(stage: Stage, table: Table): Promise<void> {
  const measures: readonly [string, string, (stage: Stage, places: Places) => Promise<Commands>][] = [
    ['a join', '≤ 3', commandsOfJoins],
    [
      'a publication with 20 candidates, five every 20 ms',
      '≤ 10',
      async (...all) => commandsOfPublications(...all, 20),
    ],
    ['the same, five when the last five are answered', '≤ 10', commandsOfPublications],
    ['a chat', '≤ 2', commandsOfChats],
  ];
  for (const [name, aim, measure] of measures) {
    const { sent, inScripts } = await measure(stage, await twoNodes(stage));
    add(table, `${name}: commands to Redis`, 'commands', undefined, sent, [sent], aim);
    add(table, `${name}: commands in scripts`, 'commands', undefined, inScripts, [inScripts], '');
    await stage.clear();
  }
}

async function left(stage: Stage, table: Table, count: number): Promise<void> {
  const worst: number[] = [];
  const half: number[] = [];
  const nodes: number[] = [];
  const redis: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { heardMs, nodesMs, redisMs } = await takeOver(stage, count, spokenIn);
    nodes.push(nodesMs);
    redis.push(redisMs);
    worst.push(Math.max(...heardMs));
    half.push(median(heardMs));
    await stage.clear();
  }
  const which = spokenIn === 1 ? '' : `, spoken in one of ${spokenIn}`;
  add(table, `kill -9, ${count} rooms${which}: half of them go on`, 'ms', undefined, median(half), half, '');
  add(table, `kill -9, ${count} rooms${which}: all go on`, 'ms', undefined, median(worst), worst, '≤ 2000');
  add(table, `kill -9, ${count} rooms${which}: both nodes until then`, 'ms CPU', undefined, median(nodes), nodes, '');
  add(table, `kill -9, ${count} rooms${which}: Redis`, 'ms CPU', undefined, median(redis), redis, '');
}

async function moved(stage: Stage, table: Table): Promise<void> {
  const { movedMs, heardMs } = await handOver(await twoNodes(stage), 30);
  for (const share of [0.5, 0.95]) {
    const title = `p${share * 100}`;
    add(
      table,
      `hand-over of a room of ten, ${title}`,
      'ms',
      undefined,
      part(movedMs, share),
      movedMs,
      share > 0.5 ? '≤ 100' : '',
    );
    add(table, `a text said meanwhile, ${title}`, 'ms', undefined, part(heardMs, share), heardMs, '');
  }
}

async function storm(stage: Stage, table: Table): Promise<void> {
  const [alone, many]: number[][] = [[], []];
  const single = await stage.single();
  const places = await twoNodes(stage);
  for (let round = 0; round < rounds + 2; round += 1) {
    const pair = [
      await joinStorm({ owner: single, gateway: single }, `storm${round}`),
      await joinStorm(places, `storm${round}`),
    ] as const;
    // The first two are for the compilers.
    if (round < 2) continue;
    alone?.push(pair[0]);
    many?.push(pair[1]);
  }
  add(table, 'join storm of 100: all know of all', 'ms', median(alone ?? []), median(many ?? []), many ?? [], '');
}

async function kept(stage: Stage, table: Table): Promise<void> {
  const { quiet, told } = await memory(stage, await twoNodes(stage), 100);
  add(table, 'memory of Redis for a room of five', 'kB', undefined, quiet / 1_000, [quiet / 1_000], '');
  add(table, 'the same, when 100 texts were said', 'kB', undefined, told / 1_000, [told / 1_000], '');
}

async function loaded(_stage: Stage, table: Table): Promise<void> {
  const found: { without: number; with: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const pair = { without: 0, with: 0 };
    const order = round % 2 === 0 ? (['without', 'with'] as const) : (['with', 'without'] as const);
    for (const which of order) {
      const options = JSON.stringify({ withCluster: which === 'with' });
      const server = await BenchServer.start('../cluster/node-server.ts', [options]);
      const places = { owner: server, gateway: server };
      pair[which] = (await deliveries(places, 10, async () => Promise.resolve(0))).owner;
      await server.stop();
    }
    found.push(pair);
  }
  const ratios = found.map((pair) => pair.with / pair.without);
  const without = median(found.map((pair) => pair.without));
  add(
    table,
    'one process, cluster/ loaded: a delivery in rooms of 10',
    'µs CPU',
    without,
    median(found.map((pair) => pair.with)),
    found.map((pair) => pair.with),
    '',
  );
  add(table, 'its ratio', '', undefined, median(ratios), ratios, '0.97–1.03');
}

function add(
  table: Table,
  name: string,
  unit: string,
  single: number | undefined,
  nodes: number,
  values: readonly number[],
  aim: string,
): void {
  const range = `${short(Math.min(...values))}–${short(Math.max(...values))}`;
  const cells: Cells = [name, unit, single === undefined ? '' : short(single), short(nodes), range, aim];
  table.row([...cells, (loadavg()[0] ?? NaN).toFixed(1)]);
}

function short(value: number): string {
  return value.toFixed(Math.abs(value) < 100 ? 2 : 0);
}
