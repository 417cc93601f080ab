import { expect } from 'chai';
import { Visitor, doors, enter } from './doors.js';
import type { Door } from './doors.js';
import { DoorStage } from './stage.js';

/** In one body of a polling client: more than Engine.IO takes in one, if it counts what is no packet. */
const bodyBurst = 11_467;
/** In one write: many times what may be served between two answers. */
const burst = 3_000;
/** Requests of one client that the server serves in one turn of its loop. */
const slice = 32;
/** Turns that a request and its answer take: it is read, served, written and read again, and the client does the same in this process. */
const turns = 10;

const easy = {
  maxRequestRate: 1_000_000,
  maxRequestBurst: 1_000_000,
  trustedProxies: ['loopback'],
  concierge: { maxRate: 1_000_000, maxBurst: 1_000_000 },
  compeit: { maxPacketBytes: 4_194_304, maxQueuedPackets: 100_000 },
};

/** Sends a burst of requests. Knows how many of them are answered. */
class Flooder {
  answered = 0;
  readonly #visitor: Visitor;
  readonly #size: number;

  constructor(visitor: Visitor, size: number) {
    this.#visitor = visitor;
    this.#size = size;
    visitor.line.onPacket = (packet) => {
      if (visitor.speech.answer.test(packet)) this.answered += 1;
    };
  }

  begin(): void {
    const { line, speech } = this.#visitor;
    line.send(...Array.from({ length: this.#size }, () => speech.ask(this.#visitor.number)));
  }

  async isDone(): Promise<boolean> {
    const { line } = this.#visitor;
    if (line.isClosed) throw new Error(`it was closed: ${await line.closed}`);
    return this.answered >= this.#size;
  }
}

/** Talks until all bursts are answered. @returns the most answers to the bursts between two of its own */
async function converse(calm: Visitor, flooders: readonly Flooder[]): Promise<number> {
  const answered = (): number => flooders.reduce((sum, each) => sum + each.answered, 0);
  let most = 0;
  for (const each of flooders) each.begin();
  for (;;) {
    const done = await Promise.all(flooders.map((each) => each.isDone()));
    if (done.every((is) => is)) return most;
    const before = answered();
    await calm.ask();
    most = Math.max(most, answered() - before);
  }
}

describe('A conversation beside a burst', function () {
  this.timeout(60_000);
  const stage = new DoorStage(easy);
  before(() => stage.start());
  after(() => stage.stop());
  afterEach(() => stage.empty());

  async function flooder(door: Door, index: number, address: string, size: number): Promise<Flooder> {
    const line = await door.open(stage.origin, { 'X-Forwarded-For': address });
    const visitor = stage.keep(new Visitor(line, door.speech, `flooder${index}`));
    await door.speech.enter(visitor, 'flood');
    return new Flooder(visitor, size);
  }

  const calmAt = async (door: Door): Promise<Visitor> =>
    stage.keep(await enter(door, stage.origin, { name: 'calm', room: 'calm' }));

  for (const door of doors) {
    it(`of one client goes on: between two answers no more than some slices are served, at: ${door.name}`, async () => {
      const calm = await calmAt(door);
      const one = await flooder(door, 0, '198.51.100.1', door.transport === 'polling' ? bodyBurst : burst);
      expect(await converse(calm, [one])).to.be.at.most(slice * turns);
    });
  }

  const several = 4;
  const addresses = {
    'one address': () => '198.51.100.1',
    'several addresses': (index: number) => `198.51.100.${index + 1}`,
  };
  for (const [where, addressOf] of Object.entries(addresses)) {
    for (const door of doors) {
      it(`of ${several} clients of ${where} goes on: each has its slice, at: ${door.name}`, async () => {
        const calm = await calmAt(door);
        const flooders: Flooder[] = [];
        for (let index = 0; index < several; index += 1) {
          flooders.push(await flooder(door, index, addressOf(index), burst / several));
        }
        expect(await converse(calm, flooders)).to.be.at.most(several * slice * turns);
      });
    }
  }

  for (const [index, door] of doors.entries()) {
    // Each door is flooded, and talked at beside the flood of another protocol.
    const other = doors[(index + doors.length / 2) % doors.length] ?? door;
    it(`at another door goes on: ${door.name} beside a burst at ${other.name}`, async () => {
      const calm = await calmAt(door);
      const one = await flooder(other, 0, '198.51.100.1', burst);
      expect(await converse(calm, [one])).to.be.at.most(slice * turns);
    });
  }
});
