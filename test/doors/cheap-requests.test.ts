import { expect } from 'chai';
import { doors, enter } from './doors.js';
import type { Visitor } from './doors.js';
import { DoorStage } from './stage.js';

/** Bytes that may be told because of one client. */
const budget = 200_000;
const listeners = 40;

describe('Concierge joins, 27 kB of which make the server tell hundreds of megabytes', function () {
  this.timeout(20_000);
  const stage = new DoorStage({ maxToldByteRate: 65_536, maxToldByteBurst: budget });
  before(() => stage.start());
  after(() => stage.stop());
  afterEach(() => stage.empty());

  it('are bounded by what one client may make the server tell, and the others go on', async () => {
    const door = doors.find(({ name }) => name.startsWith('Concierge'));
    if (!door) throw new Error('there is Concierge');
    const join = JSON.stringify({ type: 'SELF_SUBSCRIBE', name: 'hall' });
    const leave = JSON.stringify({ type: 'SELF_UNSUBSCRIBE', name: 'hall' });
    const others: Visitor[] = [];
    for (let index = 0; index < listeners; index += 1) {
      others.push(stage.keep(await enter(door, stage.origin, { name: `other${index}` })));
    }
    const [owner] = others;
    owner?.line.send(JSON.stringify({ type: 'GROUP_CREATE', name: 'hall' }));
    await owner?.next(/GROUP_CREATED/);
    for (const other of others) {
      other.line.send(join);
      await other.ask();
    }
    const hostile = stage.keep(await enter(door, stage.origin, { name: 'hostile' }));
    const told = (): number => [...others, hostile].reduce((sum, { line }) => sum + line.received.join('').length, 0);
    for (const other of others) await other.ask();
    const before = told();
    // 27 kB, of which each pair tells all others twice.
    hostile.line.send(...Array.from({ length: 600 }, (_, index) => (index % 2 === 0 ? join : leave)));
    expect(await hostile.line.closed).to.equal('1008 Too many payloads');
    for (const other of others) await other.ask();
    // What the last request before the refusal told comes on top, and the answers to the others' own requests.
    expect(told() - before).to.be.within(budget / 10, budget * 1.5);
  });
});
