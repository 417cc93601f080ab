import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { BenchServer } from '../signalling/bench-process.js';
import { Table } from '../table.js';
import { echoing } from './raw-client.js';

const others = (process.env.BENCH_OTHERS ?? '0,100,500,1000').split(',').map(Number);
const seconds = Number(process.env.BENCH_SECONDS ?? 20);
/** How often the measured connection sends. */
const intervalMs = 50;
const packetBytes = 50_000;
const warmUpMs = 2_000;
const lateAfterMs = 2_000;

interface Figures {
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly sent: number;
  readonly lost: number;
  /** Share of one core, in percent. */
  readonly cpu: number;
}

/** Compares the round trip of packets of a data stream with a bare socket.io echo server in the same run. */
export async function benchOrchestrator(): Promise<void> {
  process.stdout.write(
    '\nOrchestrator: round trip of 50 kB data packets, beside a bare socket.io echo server (bench/README.md)\n\n',
  );
  const head = ['other clients', 'server', 'mean ms', 'p50 ms', 'p95 ms', 'packets', 'lost', 'CPU % of a core'];
  const table = new Table(head);
  for (const [index, count] of others.entries()) {
    const servers = [
      ['echo server', '../orchestrator/floor-server.ts'],
      ['atrium', './atrium-server.ts'],
    ] as const;
    // Alternating order.
    for (const [name, script] of index % 2 === 0 ? servers : [...servers].reverse()) {
      const { mean, p50, p95, sent, lost, cpu } = await measure(script, count);
      const trips = [mean, p50, p95].map((ms) => ms.toFixed(2));
      table.row([String(count), name, ...trips, String(sent), String(lost), cpu.toFixed(1)]);
    }
  }
  table.print();
}

async function measure(script: string, count: number): Promise<Figures> {
  const server = await BenchServer.start(script);
  const { host } = new URL(server.url);
  const load = await startLoad(host, count);
  try {
    const { client } = await echoing(host, 'measured');
    const trips: number[] = [];
    let measuring = false;
    client.onPacket = (packet) => {
      if (packet.length === packetBytes && measuring) trips.push(performance.now() - packet.readDoubleLE(0));
    };
    load.send('go');
    await pause(warmUpMs);
    const before = await server.usage();
    const startedAt = performance.now();
    measuring = true;
    let sent = 0;
    while (performance.now() - startedAt < seconds * 1000) {
      const packet = Buffer.alloc(packetBytes, 1);
      packet.writeDoubleLE(performance.now(), 0);
      client.send(packet);
      sent += 1;
      await pause(intervalMs);
    }
    const elapsedUs = (performance.now() - startedAt) * 1000;
    const after = await server.usage();
    load.send('rest');
    await pause(lateAfterMs);
    load.send('count');
    const [others] = (await once(load, 'message')) as [{ sent: number; received: number }];
    client.close();
    trips.sort((one, other) => one - other);
    const share = (part: number): number => trips[Math.floor(trips.length * part)] ?? NaN;
    return {
      mean: trips.reduce((sum, trip) => sum + trip, 0) / trips.length,
      p50: share(0.5),
      p95: share(0.95),
      sent: sent + others.sent,
      lost: sent - trips.length + others.sent - others.received,
      cpu: ((after.cpuUs - before.cpuUs) / elapsedUs) * 100,
    };
  } finally {
    load.disconnect();
    await server.stop();
  }
}

async function startLoad(host: string, count: number): Promise<ChildProcess> {
  const path = fileURLToPath(new URL('./load-process.ts', import.meta.url));
  const load = fork(path, [host, String(count)], { execArgv: ['--import', 'tsx'] });
  await once(load, 'message');
  return load;
}
