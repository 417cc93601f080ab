import { median } from '../median.js';
import { Table } from '../table.js';
import { BenchServer } from './bench-process.js';
import { openDoors, openVidu, operations } from './operations.js';
import type { Operation } from './operations.js';

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
/** Only the rows whose name has this text. */
const wanted = process.env.BENCH_ROWS ?? '';

/** Compares the server's cost of signalling with the floor in the same round. Figures are medians of the rounds. */
export async function benchSignalling(): Promise<void> {
  await bench(
    'Signalling: what one operation costs the server, beside a bare ws server (bench/README.md)',
    ['operation', 'unit', 'floor', 'atrium', 'ratio', 'range', 'aim'],
    operations,
  );
  await bench(
    'Open doors: all protocols served and people of one only, beside the other doors off (bench/README.md)',
    ['operation', 'unit', 'others off', 'all open', 'ratio', 'range', 'aim'],
    openDoors,
  );
  await bench(
    'OpenVidu: the same as its clients do it, beside the room protocol on the same server (bench/README.md)',
    ['operation', 'unit', 'room protocol', 'OpenVidu', 'ratio', 'range', 'aim'],
    openVidu,
  );
}

async function bench(title: string, head: readonly string[], rows: readonly Operation[]): Promise<void> {
  process.stdout.write(`\n${title}\n\n`);
  const table = new Table(head);
  for (const operation of rows.filter(({ name }) => name.includes(wanted))) {
    const { floor, subject, ratio, range } = await compare(operation);
    const { name, unit, aim } = operation;
    table.row([name, unit, floor.toFixed(2), subject.toFixed(2), ratio.toFixed(2), range, `≤ ${aim}`]);
  }
  table.print();
}

/** Each round measures both in fresh processes, one after the other, in alternating order. */
async function compare(operation: Operation) {
  const pairs: { floor: number; subject: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const pair = { floor: 0, subject: 0 };
    const order = round % 2 === 0 ? (['floor', 'subject'] as const) : (['subject', 'floor'] as const);
    for (const which of order) pair[which] = await measure(operation[which]);
    pairs.push(pair);
  }
  const ratios = pairs.map(({ floor, subject }) => subject / floor);
  return {
    floor: median(pairs.map(({ floor }) => floor)),
    subject: median(pairs.map(({ subject }) => subject)),
    ratio: median(ratios),
    range: `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`,
  };
}

async function measure([{ script, args }, doIt]: Operation['floor']): Promise<number> {
  const server = await BenchServer.start(script, args);
  try {
    return await doIt(server);
  } finally {
    await server.stop();
  }
}
