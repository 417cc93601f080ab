import { Table } from '../table.js';
import { measured, runOnce } from './forwarding.js';
import type { Shape } from './subjects.js';
import { engineSubject } from './subjects.js';

const stepMs = 3_000;
/** Packets a second of each publisher. */
const rates = [85, 170, 255, 340, 425, 510, 595, 680];
/** The share of a core at which the engine counts as full. */
const enough = 0.95;
/** Above this share the clients themselves are late and lose packets. */
const clientsEnough = 0.9;

/** Increases the load until a core is full. The engine must lose nothing below 80 % of a core. */
export async function sweep(shape: Shape): Promise<void> {
  const table = new Table([
    'packets/s forwarded',
    '% of a core',
    'clients: % of a core',
    'lost',
    'median ms',
    '95 of 100 ms',
  ]);
  const subject = await engineSubject(shape);
  try {
    await runOnce(subject, 85, 1_500);
    for (const rate of rates) {
      const before = subject.load.cpuUs;
      const { load, lost, p50, p95 } = await measured(subject, shape, rate, stepMs);
      const clients = (subject.load.cpuUs - before) / 1000 / stepMs;
      const forwarded = rate * shape.publishers * shape.receiversOfEach;
      table.row([
        String(forwarded),
        (load * 100).toFixed(0),
        (clients * 100).toFixed(0),
        String(lost),
        p50.toFixed(1),
        p95.toFixed(1),
      ]);
      if (load > enough || clients > clientsEnough) break;
    }
  } finally {
    await subject.stop();
  }
  table.print();
}
