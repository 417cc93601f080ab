import { median } from '../median.js';
import { BenchServer } from '../signalling/bench-process.js';
import { Table } from '../table.js';
import { Guest, chat, storm } from './crowd.js';

const rounds = 3;
const crowd = 100;
const textsEach = 50;

interface Figures {
  /** µs of CPU for one of a hundred that join at the same moment. */
  readonly join: number;
  /** Messages relayed from one client to another in a second of CPU. */
  readonly messages: number;
}

/** What EasyRTC clients cost the server, beside the open-easyrtc server in the same round; medians of three rounds. */
export async function benchEasyRtc(): Promise<void> {
  process.stdout.write('\nEasyRTC: beside the open-easyrtc server on the same Socket.IO (bench/README.md)\n\n');
  const pairs: { atrium: Figures; original: Figures }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const inOrder = round % 2 === 0;
    const first = await measure(inOrder ? './atrium-server.ts' : './original-server.ts');
    const second = await measure(inOrder ? './original-server.ts' : './atrium-server.ts');
    pairs.push(inOrder ? { atrium: first, original: second } : { atrium: second, original: first });
  }
  const table = new Table(['what', 'unit', 'open-easyrtc', 'atrium', 'ratio', 'range', 'aim']);
  const row = (what: string, unit: string, name: keyof Figures, aim: string): void => {
    const ratios = pairs.map(({ atrium, original }) => atrium[name] / original[name]);
    const range = `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`;
    const of = (which: 'atrium' | 'original'): string => median(pairs.map((pair) => pair[which][name])).toFixed(0);
    table.row([what, unit, of('original'), of('atrium'), median(ratios).toFixed(2), range, aim]);
  };
  row('join, a hundred at once', 'µs CPU', 'join', '≤ 1');
  row('messages from one to one', 'per CPU second', 'messages', '≥ 1');
  table.print();
}

async function measure(script: string): Promise<Figures> {
  const server = await BenchServer.start(`../easyrtc/${script}`);
  try {
    const guests = await Promise.all(Array.from({ length: crowd }, () => Guest.connect(server.url)));
    const atFirst = await server.usage();
    await storm(guests);
    const joined = await server.usage();
    await chat(guests, textsEach / 2);
    const warm = await server.usage();
    await chat(guests, textsEach);
    const end = await server.usage();
    for (const guest of guests) guest.close();
    return {
      join: (joined.cpuUs - atFirst.cpuUs) / crowd,
      messages: (crowd * textsEach) / ((end.cpuUs - warm.cpuUs) / 1_000_000),
    };
  } finally {
    await server.stop();
  }
}
