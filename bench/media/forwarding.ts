import type { Shape, Subject } from './subjects.js';
import type { Ran } from './load-messages.js';

/** What a subject showed of one kind, to be set beside the other's. */
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

/** Lets everybody who publishes send so many packets a second, and looks at what that costs. */
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
