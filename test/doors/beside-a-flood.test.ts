import { expect } from 'chai';
import { doors, enter } from './doors.js';
import { DoorStage } from './stage.js';

/** In one write, or in one body of a polling client. */
const burst = 11_467;
/** Requests of one client that the server serves in one turn of its loop. */
const slice = 32;
/** Turns that a request and its answer take: it is read, served, written and read again, and the client does the same in this process. */
const turns = 10;

describe('A conversation beside a burst of one client', function () {
  this.timeout(30_000);
  const stage = new DoorStage({
    maxRequestRate: 1_000_000,
    maxRequestBurst: 1_000_000,
    concierge: { maxRate: 1_000_000, maxBurst: 1_000_000 },
    compeit: { maxPacketBytes: 4_194_304, maxQueuedPackets: 100_000 },
  });
  before(() => stage.start());
  after(() => stage.stop());
  afterEach(() => stage.empty());

  for (const door of doors) {
    it(`goes on: between two answers no more than some slices of the burst are served, at: ${door.name}`, async () => {
      const calm = stage.keep(await enter(door, stage.origin, { name: 'calm', room: 'calm' }));
      const flooder = stage.keep(await enter(door, stage.origin, { name: 'flooder', room: 'flood' }));
      let answered = 0;
      flooder.line.onPacket = (packet) => {
        if (door.speech.answer.test(packet)) answered += 1;
      };
      flooder.line.send(...Array.from({ length: burst }, () => door.speech.ask(flooder.number)));
      let most = 0;
      let said = 0;
      while (answered < burst) {
        if (flooder.line.isClosed) throw new Error(`it was closed: ${await flooder.line.closed}`);
        const before = answered;
        await calm.ask();
        most = Math.max(most, answered - before);
        said += 1;
      }
      expect(most, `of the burst between two of ${said} answers`).to.be.at.most(slice * turns);
    });
  }
});
