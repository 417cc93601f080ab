import { WebSocket } from 'ws';
import { median } from '../median.js';
import { BenchServer } from '../signalling/bench-process.js';
import { Table } from '../table.js';

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const clients = 100;

interface Load {
  readonly name: string;
  /** How many clients receive one message. 1: it goes to a name; more: to a group of this size. */
  readonly receivers: number;
  /** How many messages each client sends. */
  readonly messages: number;
}

const loads: readonly Load[] = [
  { name: 'to a name', receivers: 1, messages: 100 },
  { name: 'to a group of 10', receivers: 10, messages: 20 },
  { name: 'to a group of 100', receivers: 100, messages: 4 },
];

/** Measures how many messages are relayed in a second of CPU, and compares with a bare ws relay in the same round. */
export async function benchConcierge(): Promise<void> {
  process.stdout.write(
    '\nConcierge: messages delivered for a second of CPU, beside a bare ws relay (bench/README.md)\n\n',
  );
  const table = new Table(['message', 'unit', 'floor', 'atrium', 'ratio', 'range']);
  for (const load of loads) {
    const pairs: { floor: number; subject: number }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const pair = { floor: 0, subject: 0 };
      const order = round % 2 === 0 ? (['floor', 'subject'] as const) : (['subject', 'floor'] as const);
      for (const which of order) pair[which] = await measure(load, which === 'floor' ? 'floor' : 'atrium');
      pairs.push(pair);
    }
    const ratios = pairs.map(({ floor, subject }) => subject / floor);
    const figures = [pairs.map(({ floor }) => floor), pairs.map(({ subject }) => subject)].map((each) =>
      Math.round(median(each)).toString(),
    );
    const range = `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`;
    table.row([load.name, 'messages/s CPU', ...figures, median(ratios).toFixed(2), range]);
  }
  table.print();
}

async function measure(load: Load, which: 'floor' | 'atrium'): Promise<number> {
  const server = await BenchServer.start(`../concierge/${which}-server.ts`);
  try {
    const everybody: Talker[] = [];
    for (let number = 0; number < clients; number += 1) everybody.push(await Talker.connect(server.url, number, load));
    // Notices about other clients are not counted.
    await run(everybody, Math.ceil(load.messages / 10));
    const before = await server.usage();
    await run(everybody, load.messages);
    const { cpuUs } = await server.usage();
    return (clients * load.messages * load.receivers * 1e6) / (cpuUs - before.cpuUs);
  } finally {
    await server.stop();
  }
}

/** Each client sends its messages, each after the answer to the last. Resolves when all have arrived. */
async function run(everybody: readonly Talker[], messages: number): Promise<void> {
  await Promise.all(everybody.map((talker) => talker.talk(messages)));
}

class Talker {
  readonly #socket: WebSocket;
  readonly #message: string;
  readonly #receivers: number;
  #onText: (text: Buffer) => void = () => undefined;

  private constructor(socket: WebSocket, number: number, { receivers }: Load) {
    this.#socket = socket;
    this.#receivers = receivers;
    const target =
      receivers === 1
        ? { type: 'NAME', name: `client${(number + 1) % clients}` }
        : { type: 'GROUP', group: `group${Math.floor(number / receivers)}` };
    this.#message = JSON.stringify({
      type: 'MESSAGE',
      target,
      data: { x: 1.5, y: 2.5, text: 'a message as they are' },
    });
    socket.on('message', (data: Buffer) => {
      this.#onText(data);
    });
  }

  static async connect(url: string, number: number, load: Load): Promise<Talker> {
    const socket = new WebSocket(url, 'ert-concierge', { perMessageDeflate: false });
    const talker = new Talker(socket, number, load);
    socket.on('error', () => undefined);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const name = `group${Math.floor(number / load.receivers)}`;
    await talker.#ask({ type: 'IDENTIFY', name: `client${number}`, version: '0.1.0' }, '"HELLO"');
    if (load.receivers > 1) {
      await talker.#ask({ type: 'GROUP_CREATE', name }, '"name"');
      await talker.#ask({ type: 'SELF_SUBSCRIBE', name }, '"name"');
    }
    return talker;
  }

  talk(messages: number): Promise<void> {
    return new Promise((resolve) => {
      let answers = 0;
      let heard = 0;
      this.#onText = (text) => {
        if (text.includes('"MESSAGE_SENT"')) {
          answers += 1;
          if (answers < messages) this.#socket.send(this.#message);
        } else if (text.includes('"MESSAGE"')) heard += 1;
        if (answers === messages && heard === messages * this.#receivers) resolve();
      };
      this.#socket.send(this.#message);
    });
  }

  #ask(payload: object, answer: string): Promise<void> {
    return new Promise((resolve) => {
      this.#onText = (text) => {
        if (text.includes(answer)) resolve();
      };
      this.#socket.send(JSON.stringify(payload));
    });
  }
}
