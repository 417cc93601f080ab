import { expect } from 'chai';
import { Counts } from '../../../cluster/counts.js';
import { roomHash } from '../../../cluster/names.js';
import type { Line, LineClient } from '../../../cluster/port.js';
import { controlText } from '../../../cluster/relay/control.js';
import { Gateways } from '../../../cluster/relay/gateways.js';
import type { Sent } from '../../../cluster/relay/messages.js';
import { messageSchema } from '../../../cluster/relay/messages.js';
import { comparePositions } from '../../../cluster/position.js';
import type { LoggedFrame } from '../../../cluster/room-store.js';
import { RecordingLog } from '../../support/recording-log.js';
import { HandClock } from '../hand-clock.js';

const r = roomHash('garden');
const epoch = 10;

/** Resolves when all promises have gone as far as they can. */
const turn = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('A gateway of a room', () => {
  let log: LoggedFrame[] | undefined;
  let sent: Sent[];
  let written: string[];
  let closed: number[];
  let gateways: Gateways;
  let reads: number;
  let logRead: () => Promise<void>;
  let asked: number;
  let isDead: boolean;
  let rooms: Map<string, string | undefined>;
  let isSettling: boolean;
  let clock: HandClock;

  beforeEach(() => {
    log = [];
    sent = [];
    written = [];
    closed = [];
    reads = 0;
    logRead = async () => Promise.resolve();
    asked = 0;
    isDead = false;
    rooms = new Map();
    isSettling = false;
    clock = new HandClock();
    gateways = new Gateways({
      counts: new Counts(),
      ...{ nodeId: 'here', clock, log: new RecordingLog(), frameOf: (text) => Buffer.from(text) },
      post: { send: (_node, message) => sent.push(message), sendNow: () => undefined },
      find: async () => {
        asked += 1;
        return Promise.resolve({ node: 'owner', epoch });
      },
      isAlive: () => !isDead,
      moved: () => undefined,
      logAfter: async (_hash, after, limit) => {
        reads += 1;
        await logRead();
        return Promise.resolve(log?.filter(({ at }) => comparePositions(at, after) > 0).slice(0, limit));
      },
      roomOf: async (session) => Promise.resolve(rooms.get(session)),
      isSettling: () => isSettling,
      isUp: () => true,
    });
  });

  function clientOf(): LineClient {
    return {
      write: (frame) => written.push(frame.toString()),
      close: (code) => closed.push(code),
      ...{ attached: () => undefined, unknown: () => undefined, left: () => undefined, idle: () => undefined },
    };
  }

  /** The client of slot 1 comes in with the first entry. @param x what it was told before that */
  async function comeIn(...x: [number, string][]): Promise<Line> {
    const line = gateways.open(
      'garden',
      { dialect: 'tiny', session: 's1', address: '10.0.0.1', token: undefined },
      clientOf(),
    );
    line.send('join');
    await turn();
    const id = lineId();
    const bind = controlText({ t: 'bind', c: id, g: 'here', x });
    hear({ p: [epoch, 0], q: [epoch, 1], f: [[1, '1', bind]], d: { [id]: 1 }, b: { [id]: [epoch, 0] } });
    await turn();
    return line;
  }

  /** Up to where the owner was told that all was written, by each message since the last time. */
  function reports(): (number | undefined)[] {
    return sent.splice(0).map((message) => (message.t === 'req' || message.t === 'w' ? message.w?.[1] : undefined));
  }

  function lineId(): string {
    const [request] = sent;
    return request?.t === 'req' ? (request.q[0]?.[0] ?? '') : '';
  }

  function hear(given: Partial<Extract<Sent, { t: 'out' }>>): void {
    const message = {
      v: 1,
      t: 'out',
      r,
      o: 'owner',
      e: epoch,
      p: [epoch, 0],
      q: [epoch, 0],
      f: [],
      d: {},
      b: {},
      x: [],
      u: [],
    };
    const heard = messageSchema.parse({ ...message, ...given });
    if (heard.t === 'out') gateways.receive(heard);
  }

  /** What the owner tells past the log, after a position. */
  function hearPast(seq: number, number: number, text: string, e = epoch): void {
    const f = [['1,2', number, text]];
    const heard = messageSchema.parse({ v: 1, t: 'pass', r, o: 'owner', e, p: [epoch, seq], f });
    if (heard.t === 'pass') gateways.receive(heard);
  }

  it('writes what is told past the log after what comes before it, once, and nothing older after something newer', async () => {
    await comeIn();
    hearPast(1, 1, 'ana speaks');
    hearPast(2, 2, 'ben speaks');
    await turn();
    expect(written).to.deep.equal(['ana speaks']);
    hear({ p: [epoch, 1], q: [epoch, 2], f: [[2, '*', 'ben is here']] });
    hearPast(2, 2, 'ben speaks');
    hearPast(1, 1, 'ana speaks');
    hearPast(2, 3, 'of a former owner', epoch - 1);
    await turn();
    expect(written).to.deep.equal(['ana speaks', 'ben is here', 'ben speaks']);
    expect(reads).to.equal(0);
  });

  it('reads what it has missed from the log, 2,000 at a time, and writes what is for its clients', async () => {
    await comeIn();
    log = Array.from({ length: 4_500 }, (_, index) => ({
      at: { epoch, seq: index + 2 },
      slots: index % 3 === 0 ? '2' : '*',
      frame: String(index),
    }));
    hear({ p: [epoch, 4_501], q: [epoch, 4_502], f: [[4_502, '1', 'last']] });
    await turn();
    const due = Array.from({ length: 4_500 }, (_, index) => index).filter((index) => index % 3 !== 0);
    expect(written).to.deep.equal([...due.map(String), 'last']);
    expect(reads).to.equal(3);
    expect(closed).to.deep.equal([]);
  });

  it('reads the log for another owner only where the former one has told more than it has written', async () => {
    await comeIn();
    const id = lineId();
    const next = (e: number, l: [number, number]): void => {
      const heard = messageSchema.parse({ v: 1, t: 'owner', r, o: 'next', e, l, d: { [id]: 1 } });
      if (heard.t === 'owner') gateways.receive(heard);
    };
    next(epoch + 1, [epoch, 1]);
    hear({ e: epoch + 1, o: 'next', p: [epoch + 1, 0], q: [epoch + 1, 1], f: [[1, '*', 'of the next']] });
    await turn();
    expect({ written, reads }).to.deep.equal({ written: ['of the next'], reads: 0 });
    log = [{ at: { epoch: epoch + 1, seq: 2 }, slots: '*', frame: 'not heard' }];
    next(epoch + 2, [epoch + 1, 2]);
    await turn();
    expect(written).to.deep.equal(['of the next', 'not heard']);
    expect(reads).to.be.greaterThan(0);
  });

  it('has its clients come back when the log does not have what they missed any more, and writes nothing else to them', async () => {
    await comeIn();
    log = undefined;
    hear({ p: [epoch, 50], q: [epoch, 51], f: [[51, '*', 'after the gap']] });
    await turn();
    expect({ written, closed }).to.deep.equal({ written: [], closed: [1012] });
  });

  it('writes what a client was told before it came in first, and once', async () => {
    await comeIn([1, 'refused']);
    hear({ p: [epoch, 1], q: [epoch, 2], f: [[2, '*', 'welcome']] });
    hear({ p: [epoch, 2], q: [epoch, 2], x: [[lineId(), 1, 'refused']] });
    await turn();
    expect(written).to.deep.equal(['refused', 'welcome']);
  });

  it('asks again for what is not answered, also while its owner answers others', async () => {
    await comeIn();
    gateways
      .open('garden', { dialect: 'tiny', session: 's2', address: '10.0.0.1', token: undefined }, clientOf())
      .send('lost');
    await turn();
    const asked = (): number =>
      sent.filter((each) => each.t === 'req' && JSON.stringify(each.q).includes('lost')).length;
    expect(asked()).to.equal(1);
    for (let seq = 2; seq <= 6; seq += 1) {
      hear({ p: [epoch, seq - 1], q: [epoch, seq], f: [[seq, '*', 'news']] });
      await turn();
      gateways.tick();
    }
    expect(asked()).to.equal(2);
  });

  it('looks for a session until Redis has been back for a while', async () => {
    const unknown: string[] = [];
    const client = (name: string): LineClient => ({ ...clientOf(), unknown: () => unknown.push(name) });
    rooms = new Map([['kept', undefined]]);
    isSettling = true;
    for (const session of ['kept', 'lost'])
      gateways.attach({ dialect: 'tiny', session, address: '10.0.0.1', token: undefined }, 0, client(session));
    await turn();
    rooms.set('kept', r);
    clock.pass(200);
    await turn();
    expect(
      sent.filter((each) => each.t === 'req').flatMap(({ l }) => Object.values(l).map(({ sid }) => sid)),
    ).to.deep.equal(['kept']);
    expect(unknown).to.deep.equal([]);
    isSettling = false;
    clock.pass(200);
    await turn();
    expect(unknown).to.deep.equal(['lost']);
  });

  it('closes the connection of a client whose session has ended because it seemed to be away', async () => {
    await comeIn();
    const left = controlText({ t: 'left', n: 1, evicted: false, away: true });
    hear({ p: [epoch, 1], q: [epoch, 2], f: [[2, '1', left]] });
    await turn();
    expect(closed).to.deep.equal([1012]);
  });

  it('writes what comes twice once', async () => {
    await comeIn();
    const message = { p: [epoch, 1], q: [epoch, 2], f: [[2, '*', 'once']] } satisfies Partial<
      Extract<Sent, { t: 'out' }>
    >;
    hear(message);
    hear(message);
    await turn();
    expect(written).to.deep.equal(['once']);
  });

  it('sends nothing to a dead node that Redis still names, and asks less and less often who comes after it', async () => {
    const line = await comeIn();
    isDead = true;
    gateways.deaf('owner');
    line.send('text');
    sent.splice(0);
    asked = 0;
    for (let ms = 0; ms < 6_000; ms += 50) {
      clock.pass(50);
      await turn();
    }
    expect(sent.filter(({ t }) => t === 'req')).to.deep.equal([]);
    expect(asked).to.be.within(8, 12);
    isDead = false;
    clock.pass(1_200);
    await turn();
    expect(sent.flatMap((message) => (message.t === 'req' ? message.q.map(([, , act]) => act) : []))).to.deep.equal([
      { a: 'f', f: 'text' },
    ]);
  });

  it('waits for the one that comes after a dead owner to speak, until one of its clients wants something', async () => {
    const line = await comeIn();
    isDead = true;
    gateways.deaf('owner');
    asked = 0;
    for (let ms = 0; ms < 3_000; ms += 50) {
      clock.pass(50);
      await turn();
    }
    expect(asked).to.equal(0);
    isDead = false;
    sent.splice(0);
    line.send('text');
    await turn();
    expect(sent.some((message) => message.t === 'req' && message.q.length > 0)).to.equal(true);
  });

  it('goes on with a few of many rooms at once that have another owner, and others are told meanwhile', async () => {
    await comeIn();
    const names = Array.from({ length: 100 }, (_, index) => `room ${index}`);
    for (const name of names) {
      gateways
        .open(name, { dialect: 'tiny', session: name, address: '10.0.0.1', token: undefined }, clientOf())
        .send('join');
    }
    await turn();
    for (const [index, message] of sent.splice(0).entries()) {
      if (message.t !== 'req' || message.r === r) continue;
      const id = message.q[0]?.[0] ?? '';
      const bind = controlText({ t: 'bind', c: id, g: 'here', x: [[1, `in ${index}`]] });
      hear({ r: message.r, q: [epoch, 1], f: [[1, '1', bind]], d: { [id]: 1 }, b: { [id]: [epoch, 0] } });
    }
    await turn();
    let waiting: (() => void)[] = [];
    logRead = async () => new Promise((resolve) => waiting.push(resolve));
    for (const name of names) {
      const owner = messageSchema.parse({ v: 1, t: 'owner', r: roomHash(name), o: 'next', e: epoch + 1, d: {} });
      if (owner.t === 'owner') gateways.receive(owner);
    }
    await turn();
    expect(waiting.length).to.be.within(1, 20);
    written.splice(0);
    hear({ p: [epoch, 1], q: [epoch, 2], f: [[2, '1', 'hello']] });
    await turn();
    expect(written).to.deep.equal(['hello']);
    sent.splice(0);
    while (waiting.length > 0) {
      const due = waiting;
      waiting = [];
      for (const go of due) go();
      await turn();
    }
    const asked = sent.flatMap((message) => (message.t === 'req' ? [message.r] : []));
    expect(new Set(asked)).to.deep.equal(new Set(names.map(roomHash)));
  });

  describe('says up to where it has written', () => {
    it('within a tenth of a second', async () => {
      await comeIn();
      clock.pass(100);
      expect(reports()).to.deep.equal([undefined, 1]);
      clock.pass(1_000);
      expect(reports()).to.deep.equal([]);
    });

    it('with what its clients ask, and then not again', async () => {
      const line = await comeIn();
      clock.pass(40);
      line.send('text');
      expect(reports()).to.deep.equal([undefined, 1]);
      clock.pass(500);
      expect(reports()).to.deep.equal([]);
      hear({ p: [epoch, 1], q: [epoch, 2], f: [[2, '*', 'more']] });
      await turn();
      clock.pass(100);
      expect(reports()).to.deep.equal([2]);
    });

    it('again when the owner asks, which may not have heard it', async () => {
      await comeIn();
      clock.pass(100);
      reports();
      hear({ p: [epoch, 1], q: [epoch, 1] });
      await turn();
      clock.pass(100);
      expect(reports()).to.deep.equal([1]);
    });
  });
});
