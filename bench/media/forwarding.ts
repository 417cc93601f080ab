import type { Shape, Subject } from './subjects.js';
import type { Ran } from './load-messages.js';

/** The results of one subject. */
export interface Forwarding {
  readonly usPerPacket: number;
  readonly lost: number;
  /** Share of one core. */
  readonly load: number;
  /** ms */
  readonly p50: number;
  readonly p95: number;
}

export async function runOnce({ load }: Subject, packetsPerSecond: number, ms: number): Promise<Ran> {
  const ran = load.next('ran');
  load.send({ type: 'run', packetsPerSecond, ms });
  return ran;
}

/** Lets all publishers send so many packets a second, and measures the cost. */
export async function measured(
  subject: Subject,
  shape: Shape,
  packetsPerSecond: number,
  ms: number,
): Promise<Forwarding> {
  const before = subject.process.cpuUs;
  const { sent, received, p50, p95 } = await runOnce(subject, packetsPerSecond, ms);
  const cpuUs = subject.process.cpuUs - before;
  return {
    usPerPacket: cpuUs / received,
    lost: sent * shape.receiversOfEach - received,
    load: cpuUs / 1000 / ms,
    p50,
    p95,
  };
}
