import { expect } from 'chai';
import { WaitingNode } from '../../cluster/waiting-node.js';
import { HandClock } from './hand-clock.js';

describe('A node that waits for Redis', () => {
  const clock = new HandClock();
  let sent: string[] = [];
  let letGo = 0;
  let node: WaitingNode;

  /** @param others NODE_URL of each other node, and whether it acts */
  function waits(others: readonly (readonly [url: string, acts: boolean])[]): void {
    sent = [];
    letGo = 0;
    node = new WaitingNode({
      clock,
      others: () => others.map(([url]) => url),
      acts: (url) => Promise.resolve(others.some(([each, acts]) => each === url && acts)),
      sendAway: (code) => sent.push(String(code)),
      letGo: () => (letGo += 1),
    });
    node.frozen();
  }

  async function pass(ms: number): Promise<void> {
    clock.pass(ms);
    await new Promise((resolve) => setImmediate(resolve));
  }

  afterEach(() => {
    node.up();
    expect(clock.waits).to.equal(0);
  });

  it('sends its clients to another node after two seconds, where one says both times that it acts', async () => {
    waits([
      ['http://one', false],
      ['http://two', true],
    ]);
    await pass(1_000);
    await pass(999);
    expect(sent).to.deep.equal([]);
    await pass(1);
    expect(sent).to.deep.equal(['1012']);
  });

  it('keeps them for a minute, where all others say that they wait too', async () => {
    waits([['http://one', false]]);
    for (let second = 1; second < 60; second += 1) await pass(1_000);
    expect(sent).to.deep.equal([]);
    await pass(1_000);
    expect(sent).to.deep.equal(['1013']);
  });

  it('sends them to another node after eight seconds, where nobody can be asked', async () => {
    waits([['', false]]);
    await pass(7_999);
    expect(sent).to.deep.equal([]);
    await pass(1);
    expect(sent).to.deep.equal(['1012']);
  });

  it('keeps them for a minute, where there is no other node', async () => {
    waits([]);
    await pass(59_999);
    expect(sent).to.deep.equal([]);
    await pass(1);
    expect(sent).to.deep.equal(['1013']);
  });

  it('keeps them once it acts again', async () => {
    waits([['http://one', true]]);
    await pass(1_000);
    node.up();
    await pass(120_000);
    expect(sent).to.deep.equal([]);
  });

  it('keeps its rooms for ten minutes, and then lets go of them', async () => {
    waits([]);
    await pass(599_999);
    expect(letGo).to.equal(0);
    await pass(1);
    expect(letGo).to.equal(1);
    node.up();
    waits([]);
    await pass(599_999);
    node.up();
    await pass(600_000);
    expect(letGo).to.equal(0);
  });
});
