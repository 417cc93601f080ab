import { median } from '../median.js';
import { Table } from '../table.js';
import { BenchServer } from './bench-process.js';
import { operations } from './operations.js';
import type { Operation } from './operations.js';

const rounds = 5;

/** Compares the server's cost of signalling with the floor in the same round. Medians of five rounds. */
export async function benchSignalling(): Promise<void> {
  process.stdout.write(
    '\nSignalling: what one operation costs the server, beside a bare ws server (bench/README.md)\n\n',
  );
  const table = new Table(['operation', 'unit', 'floor', 'atrium', 'ratio', 'range', 'aim']);
  for (const operation of operations) {
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
    for (const which of order) {
      pair[which] = await measure(operation, `./${which === 'floor' ? 'floor' : 'atrium'}-server.ts`);
    }
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

async function measure(operation: Operation, script: string): Promise<number> {
  const server = await BenchServer.start(script);
  try {
    return await operation.measure(server);
  } finally {
    await server.stop();
  }
}
