import { expect } from 'chai';
import { Asks } from '../../cluster/asks.js';
import { Names, roomHash } from '../../cluster/names.js';
import { messageSchema } from '../../cluster/relay/messages.js';
import type { Owner } from '../../cluster/room-store.js';
import { RecordingLog } from '../support/recording-log.js';
import { codeOf } from '../support/rejection.js';
import { HandClock } from './hand-clock.js';

const turn = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Nodes that hear each other as through Redis. */
class Nodes {
  readonly clock = new HandClock();
  readonly log = new RecordingLog();
  readonly names = new Names('test:');
  readonly asks = new Map<string, Asks>();
  /** As Redis has it. */
  readonly owners = new Map<string, Owner>();
  /** What was published, each with its channel. */
  readonly sent: [channel: string, text: string][] = [];
  /** Messages that are lost on their way. */
  isLost: (text: string) => boolean = () => false;
  looks = 0;

  node(id: string, given: { owns?: string[]; answer?: (text: string) => Promise<string>; isUp?: () => boolean } = {}) {
    const { owns = [], answer = async (text: string) => Promise.resolve(`${id}: ${text}`), isUp = () => true } = given;
    const known = new Map<string, Owner>();
    const asks = new Asks({
      hub: {
        call: async (_command, channel, text) => {
          await Promise.resolve();
          return this.#publish(String(channel), String(text));
        },
      },
      names: this.names,
      nodeId: id,
      directory: {
        findHash: async (hash) => {
          await Promise.resolve();
          this.looks += 1;
          const owner = known.get(hash) ?? this.owners.get(hash);
          if (owner) known.set(hash, owner);
          return owner;
        },
        moved: (hash) => void known.delete(hash),
        deaf: async () => {
          known.clear();
          return Promise.resolve();
        },
      },
      clock: this.clock,
      log: this.log,
      isUp,
      redisTime: () => this.clock.wall(),
      owns: async (room) => {
        // As somebody who asks Redis about it.
        if (!owns.includes(room)) known.delete(roomHash(room));
        return Promise.resolve(owns.includes(room));
      },
      answer,
    });
    this.asks.set(id, asks);
    return asks;
  }

  own(room: string, node: string): void {
    this.owners.set(roomHash(room), { node, epoch: this.owners.size + 1 });
  }

  #publish(channel: string, text: string): number {
    this.sent.push([channel, text]);
    const asks = [...this.asks].find(([id]) => this.names.channelOf(id) === channel)?.[1];
    if (!asks) return 0;
    if (this.isLost(text)) return 1;
    for (const each of JSON.parse(text) as unknown[]) {
      const { data } = messageSchema.safeParse(each);
      if (data?.t === 'ask' || data?.t === 'answer') asks.receive(data);
    }
    return 1;
  }
}

describe('What nodes ask each other', () => {
  let nodes: Nodes;
  beforeEach(() => {
    nodes = new Nodes();
  });

  it('is answered by the owner of the room', async () => {
    const one = nodes.node('one');
    nodes.node('two', { owns: ['r'] });
    nodes.own('r', 'two');
    expect(await one.ask('r', 'hello')).to.equal('two: hello');
    expect(nodes.clock.waits, 'nothing is waited for any more').to.equal(0);
  });

  it('is not asked where nobody owns the room, or this node does', async () => {
    const one = nodes.node('one', { owns: ['own'] });
    nodes.own('own', 'one');
    expect([await one.ask('own', 'x'), await one.ask('nobody', 'x')]).to.deep.equal([undefined, undefined]);
    expect(nodes.sent).to.deep.equal([]);
  });

  it('goes to the next owner when nobody hears it, or the room has moved', async () => {
    const one = nodes.node('one');
    nodes.own('r', 'dead');
    const asked = one.ask('r', 'x');
    nodes.node('three', { owns: ['r'] });
    await Promise.resolve();
    nodes.own('r', 'three');
    expect(await asked).to.equal('three: x');
    nodes.node('two', { owns: ['r'] });
    nodes.node('three');
    nodes.own('r', 'two');
    expect(await one.ask('r', 'y')).to.equal('two: y');
  });

  it('ends where nobody hears it and there is no other owner', async () => {
    const one = nodes.node('one');
    nodes.own('r', 'dead');
    expect(await codeOf(one.ask('r', 'x'))).to.equal('UNREACHABLE');
    expect(nodes.sent).to.have.length(1);
  });

  it('does not go round in circles', async () => {
    const one = nodes.node('one');
    nodes.node('two');
    nodes.own('r', 'two');
    expect(await codeOf(one.ask('r', 'x'))).to.equal('UNREACHABLE');
    expect(nodes.sent.filter(([, text]) => text.includes('"ask"'))).to.have.length(3);
  });

  it('is given up after two seconds, and when the other node dies', async () => {
    const one = nodes.node('one');
    nodes.node('two', { owns: ['r'], answer: async () => new Promise(() => undefined) });
    nodes.own('r', 'two');
    const late = codeOf(one.ask('r', 'x'));
    await turn();
    nodes.clock.pass(2_000);
    expect(await late).to.equal('UNREACHABLE');
    const lost = codeOf(one.ask('r', 'x'));
    await turn();
    one.died('somebody else');
    one.died('two');
    expect(await lost).to.equal('UNREACHABLE');
  });

  it('is not done by a node that finds it too late, or that may not act', async () => {
    const done: string[] = [];
    let isUp = true;
    const answer = async (text: string): Promise<string> => {
      done.push(text);
      return Promise.resolve('');
    };
    const one = nodes.node('one');
    const two = nodes.node('two', { owns: ['r'], answer, isUp: () => isUp });
    nodes.own('r', 'two');
    nodes.isLost = () => true;
    const asked = codeOf(one.ask('r', 'late'));
    await turn();
    nodes.clock.pass(2_001);
    expect(await asked).to.equal('UNREACHABLE');
    nodes.isLost = () => false;
    const [, late = ''] = nodes.sent.at(-1) ?? [];
    const message = messageSchema.parse((JSON.parse(late) as unknown[])[0]);
    if (message.t === 'ask') two.receive(message);
    await turn();
    isUp = false;
    expect(await codeOf(one.ask('r', 'frozen'))).to.equal('UNREACHABLE');
    expect(done).to.deep.equal([]);
    expect(await codeOf(two.ask('r', 'x')), 'a node that may not act asks nothing').to.equal('UNREACHABLE');
  });

  it('may have a long answer, which comes in pieces', async () => {
    const long = 'ä"'.repeat(1_000_000);
    const one = nodes.node('one');
    nodes.node('two', { owns: ['r'], answer: async () => Promise.resolve(long) });
    nodes.own('r', 'two');
    expect((await one.ask('r', 'x')) === long).to.equal(true);
    expect(Math.max(...nodes.sent.map(([, text]) => text.length))).to.be.below(512_000);
    nodes.isLost = (text) => text.includes('"k":3');
    const asked = codeOf(one.ask('r', 'x'));
    await turn();
    nodes.clock.pass(2_000);
    expect(await asked, 'a piece is missing').to.equal('UNREACHABLE');
    nodes.node('two', { owns: ['r'], answer: async () => Promise.resolve('x'.repeat(17_000_000)) });
    expect(await codeOf(one.ask('r', 'x')), 'too long').to.equal('UNREACHABLE');
  });

  it('is a thousand things at once, and no more', async () => {
    const answers: (() => void)[] = [];
    const answer = async (text: string): Promise<string> =>
      new Promise((resolve) =>
        answers.push(() => {
          resolve(text);
        }),
      );
    const one = nodes.node('one');
    const three = nodes.node('three');
    nodes.node('two', { owns: ['r'], answer });
    nodes.own('r', 'two');
    const asked = Array.from({ length: 1_000 }, async (_, index) => one.ask('r', String(index)));
    await turn();
    expect(await codeOf(one.ask('r', 'too much'))).to.equal('UNREACHABLE');
    expect(await codeOf(three.ask('r', 'the other one is busy'))).to.equal('UNREACHABLE');
    for (const go of answers) go();
    expect(new Set(await Promise.all(asked)).size).to.equal(1_000);
    const after = one.ask('r', 'after');
    await turn();
    answers.at(-1)?.();
    expect(await after).to.equal('after');
  });

  it('fails at the owner without harm, and its log says why', async () => {
    const one = nodes.node('one');
    nodes.node('two', { owns: ['r'], answer: async () => Promise.reject(new Error('a defect')) });
    nodes.own('r', 'two');
    expect(await codeOf(one.ask('r', 'x'))).to.equal('UNREACHABLE');
    expect(JSON.stringify(nodes.log.lines)).to.include('a defect');
  });

  it('is refused where its room and its hash are not of one kind, and strange answers change nothing', async () => {
    const one = nodes.node('one');
    const two = nodes.node('two', { owns: ['r'] });
    nodes.own('r', 'two');
    const message = { v: 1, t: 'ask', g: 'one', i: '7', u: nodes.clock.wall() + 9, room: 'r', b: 'x' } as const;
    two.receive({ ...message, r: roomHash('other') });
    await turn();
    expect(nodes.sent.at(-1)?.[1]).to.include('"moved"');
    const asked = one.ask('r', 'x');
    for (const i of ['0', '8']) {
      one.receive({ v: 1, t: 'answer', r: roomHash('r'), i, a: { s: 'piece', k: 0, n: 1, b: 'forged' } });
    }
    one.receive({ v: 1, t: 'answer', r: roomHash('r'), i: '1', a: { s: 'piece', k: 9, n: 2, b: 'beyond' } });
    expect(await asked).to.equal('two: x');
  });
});
