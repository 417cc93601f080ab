import { median } from '../median.js';
import { BenchServer } from '../signalling/bench-process.js';
import { Table } from '../table.js';
import { Guest, chat, storm } from './crowd.js';

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const crowd = 100;
const warmUpEach = 40;
/** The number of turns. Each turn measures one server directly after the other. */
const turns = 4;
const textsEach = 25;

type Which = 'atrium' | 'original';

interface Figures {
  /** µs of CPU for one of a hundred that join at the same moment. */
  readonly join: number;
  /** Messages relayed from one client to another in a second of CPU. */
  readonly messages: number;
}

/** What EasyRTC clients cost the server, beside the open-easyrtc server in the same round, turn by turn. */
export async function benchEasyRtc(): Promise<void> {
  process.stdout.write('\nEasyRTC: beside the open-easyrtc server on the same Socket.IO (bench/README.md)\n\n');
  const pairs: Record<Which, Figures>[] = [];
  for (let round = 0; round < rounds; round += 1) pairs.push(await measure(round % 2 === 0));
  const table = new Table(['what', 'unit', 'open-easyrtc', 'atrium', 'ratio', 'range', 'aim']);
  const row = (what: string, unit: string, name: keyof Figures, aim: string): void => {
    const ratios = pairs.map(({ atrium, original }) => atrium[name] / original[name]);
    const range = `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`;
    const of = (which: Which): string => median(pairs.map((pair) => pair[which][name])).toFixed(0);
    table.row([what, unit, of('original'), of('atrium'), median(ratios).toFixed(2), range, aim]);
  };
  row('join, a hundred at once', 'µs CPU', 'join', '≤ 1');
  row('messages from one to one', 'per CPU second', 'messages', '≥ 1');
  table.print();
}

/** One round. Both servers run at the same time, so that other load of the machine affects both. */
async function measure(oursFirst: boolean): Promise<Record<Which, Figures>> {
  const ours = await BenchServer.start('../easyrtc/atrium-server.ts');
  const theirs = await BenchServer.start('../easyrtc/original-server.ts');
  try {
    const atrium = new Side(ours);
    const original = new Side(theirs);
    const order = oursFirst ? [atrium, original] : [original, atrium];
    for (const side of order) await side.join();
    for (const side of order) await side.talk(warmUpEach);
    for (let turn = 0; turn < turns; turn += 1) {
      for (const side of turn % 2 === 0 ? order : order.toReversed()) await side.measureTalk();
    }
    for (const side of order) side.leave();
    return { atrium: atrium.figures, original: original.figures };
  } finally {
    await ours.stop();
    await theirs.stop();
  }
}

/** One server with its crowd. */
class Side {
  readonly #server: BenchServer;
  #guests: readonly Guest[] = [];
  #joinUs = 0;
  #talkUs = 0;

  constructor(server: BenchServer) {
    this.#server = server;
  }

  get figures(): Figures {
    return { join: this.#joinUs / crowd, messages: (crowd * textsEach * turns) / (this.#talkUs / 1_000_000) };
  }

  async join(): Promise<void> {
    this.#guests = await Promise.all(Array.from({ length: crowd }, () => Guest.connect(this.#server.url)));
    this.#joinUs = await this.#cost(() => storm(this.#guests));
  }

  talk(each: number): Promise<void> {
    return chat(this.#guests, each);
  }

  async measureTalk(): Promise<void> {
    this.#talkUs += await this.#cost(() => this.talk(textsEach));
  }

  leave(): void {
    for (const guest of this.#guests) guest.close();
  }

  async #cost(work: () => Promise<void>): Promise<number> {
    const { cpuUs } = await this.#server.usage();
    await work();
    return (await this.#server.usage()).cpuUs - cpuUs;
  }
}
