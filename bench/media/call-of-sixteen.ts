import { setTimeout as delay } from 'node:timers/promises';
import { arrange } from '../../demo/model/layout.js';
import type { Framed, Size } from '../../demo/model/layout.js';
import { BenchServer } from '../signalling/bench-process.js';
import type { CallCommand, CallReceiver, CallReport } from './call-messages.js';
import { Child } from './child.js';
import { startEngine } from './subjects.js';

const people = 16;
/** Windows of the page in which the receivers are, one after the other, and what is left in them for the pictures. */
export const windows = [
  { name: '1280 × 800', stage: { width: 1240, height: 650 } },
  { name: '1920 × 1080', stage: { width: 1880, height: 930 } },
] as const;
/** Those who receive all the others. More would take more than two cores. Every fourth person is one of them. */
export const receiving = 4;
/** Publishers are told 5 s after the last one wanted a size that they need not send it. */
const settledMs = 7_000;
const measureMs = 5_000;

/** What one who receives the others gets in a second, by the window. */
export interface Received {
  readonly packets: number;
  readonly kbits: number;
}

export interface Call {
  readonly received: readonly Received[];
  /** CPU time of the engine in a second, for each receiver. */
  readonly ms: number;
  /** Share of one core. */
  readonly load: number;
  readonly lost: number;
}

/**
 * A call through the room server and the engine.
 * @param adapts publishers send three sizes, and receivers say what their page shows; otherwise one size, and all of it is forwarded
 */
export async function callOfSixteen(adapts: boolean): Promise<Call> {
  const [engine, kms] = await startEngine();
  const unhurried = { maxRequestRate: 1_000_000, maxRequestBurst: 1_000_000 };
  const options = JSON.stringify({ kmsUris: [kms], ...unhurried });
  const server = await BenchServer.start('../cluster/node-server.ts', [options]);
  const script = new URL('call-process.ts', import.meta.url);
  const [load] = await Child.start<CallCommand, CallReport>(script);
  load.listen((report) => {
    if (report.type === 'failed') throw new Error(`the call of sixteen failed: ${report.reason}`);
  });
  try {
    const met = load.next('met');
    const receivers = Array.from({ length: receiving }, (_, index) => receiverOf(index, adapts));
    load.send({ type: 'meet', url: server.url, people, layers: adapts ? 3 : 1, receivers });
    await met;
    await delay(settledMs);
    const before = engine.cpuUs;
    const counting = load.next('counted');
    load.send({ type: 'count', ms: measureMs });
    const { ms, receivers: counted } = await counting;
    const cpuMs = (engine.cpuUs - before) / 1000;
    const received = windows.map((_window, place) => {
      const those = counted.filter((_each, index) => index % windows.length === place);
      const perSecond = (of: 'packets' | 'bytes'): number =>
        those.reduce((sum, each) => sum + each[of], 0) / those.length / (ms / 1000);
      return { packets: perSecond('packets'), kbits: (perSecond('bytes') * 8) / 1000 };
    });
    const lost = counted.reduce((sum, each) => sum + each.lost, 0);
    return { received, ms: cpuMs / (ms / 1000) / receiving, load: cpuMs / ms, lost };
  } finally {
    await load.stop();
    await server.stop();
    await engine.stop();
  }
}

/** Everybody begins their page with somebody else, so that each picture is seen by the half of those who receive. */
function receiverOf(index: number, adapts: boolean): CallReceiver {
  const person = index * (people / receiving);
  const { stage } = windows[index % windows.length] ?? windows[0];
  return { person, wishes: adapts ? wishesOf(person, stage) : {} };
}

interface Shown extends Framed {
  readonly person: number;
}

/** As the page tells them (demo/model/wanted-pictures.ts), on its first page. */
function wishesOf(person: number, stage: Size): CallReceiver['wishes'] {
  const pictures = Array.from({ length: people }, (_, place): Shown => {
    const shown = (person + place) % people;
    return { person: shown, own: shown === person, isScreen: false, aspect: 16 / 9 };
  });
  const { places } = arrange(pictures, stage, { choice: 'auto', page: 0, corner: 'bottom right' });
  const others = pictures.filter(({ own }) => !own);
  return Object.fromEntries(
    others.map((picture) => {
      const box = places.find((place) => place.picture === picture)?.box;
      return [picture.person, box ? { video: true, width: box.width, height: box.height } : { video: false }];
    }),
  );
}
