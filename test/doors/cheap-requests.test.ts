import { expect } from 'chai';
import { doors, enter } from './doors.js';
import type { Visitor } from './doors.js';
import { DoorStage } from './stage.js';

/** Bytes that may be told because of one client. */
const budget = 200_000;
const listeners = 40;

interface Joins {
  readonly door: string;
  /** What the first of the others sends before they are all in the room. */
  readonly open: (visitor: Visitor) => Promise<void>;
  readonly join: (number: number) => string;
  readonly leave: (number: number) => string;
  readonly end: string;
}

const hall = { roomName: 'hall' };
const easyrtc = (number: number, msgType: string): string =>
  `42${number}${JSON.stringify(['easyrtcCmd', { msgType, msgData: { [msgType]: { hall } } }])}`;

const compeit = (room: string): string => `42/connection_agent,${JSON.stringify(['join_room', { room }])}`;

const kinds: readonly Joins[] = [
  {
    door: 'Concierge, WebSocket',
    open: async (visitor) => {
      visitor.line.send(JSON.stringify({ type: 'GROUP_CREATE', name: 'hall' }));
      await visitor.next(/GROUP_CREATED/);
    },
    join: () => JSON.stringify({ type: 'SELF_SUBSCRIBE', name: 'hall' }),
    leave: () => JSON.stringify({ type: 'SELF_UNSUBSCRIBE', name: 'hall' }),
    end: '1008 Too many payloads',
  },
  {
    door: 'EasyRTC, WebSocket, Engine.IO 4',
    open: () => Promise.resolve(),
    join: (number) => easyrtc(number, 'roomJoin'),
    leave: (number) => easyrtc(number, 'roomLeave'),
    end: '1008 Too many requests',
  },
  {
    door: 'newer COMPEIT, WebSocket, Engine.IO 4',
    open: () => Promise.resolve(),
    join: () => compeit('hall'),
    leave: () => compeit('lobby'),
    end: '1008 Too many requests',
  },
];

describe('Joins, 27 kB of which make the server tell hundreds of megabytes', function () {
  this.timeout(60_000);
  const stage = new DoorStage(
    { maxToldByteRate: 65_536, maxToldByteBurst: budget },
    // A join that waits is charged as well.
    { hooks: { easyrtc: { joinRoom: () => Promise.resolve(true) } } },
  );
  before(() => stage.start());
  after(() => stage.stop());
  afterEach(() => stage.empty());

  for (const { door: wanted, open, join, leave, end } of kinds) {
    it(`are bounded by what one client may make the server tell, and the others go on, at: ${wanted}`, async () => {
      const door = doors.find(({ name }) => name === wanted);
      if (!door) throw new Error('there is such a door');
      const others: Visitor[] = [];
      for (let index = 0; index < listeners; index += 1) {
        const other = stage.keep(await enter(door, stage.origin, { name: `other${index}`, room: 'lobby' }));
        others.push(other);
        if (index === 0) await open(other);
        other.line.send(join(other.number));
        await other.ask();
      }
      const hostile = stage.keep(await enter(door, stage.origin, { name: 'hostile', room: 'lobby' }));
      const told = (): number => [...others, hostile].reduce((sum, { line }) => sum + line.received.join('').length, 0);
      for (const other of others) await other.ask();
      const before = told();
      hostile.line.send(...Array.from({ length: 600 }, (_, index) => (index % 2 === 0 ? join : leave)(hostile.number)));
      expect(await hostile.line.closed).to.equal(end);
      for (const other of others) await other.ask();
      // What the last request before the refusal told comes on top, and the answers to the others' own requests.
      expect(told() - before).to.be.within(budget / 10, budget * 1.5);
    });
  }
});
