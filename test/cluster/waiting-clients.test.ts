import { expect } from 'chai';
import { WaitingClients } from '../../cluster/waiting-clients.js';
import { HandClock } from './hand-clock.js';

describe('Clients of a node that waits for Redis', () => {
  const clock = new HandClock();
  let sent: string[] = [];
  let clients: WaitingClients;

  /** @param others NODE_URL of each other node, and whether it acts */
  function waits(others: readonly (readonly [url: string, acts: boolean])[]): void {
    sent = [];
    clients = new WaitingClients({
      clock,
      others: () => others.map(([url]) => url),
      acts: (url) => Promise.resolve(others.some(([each, acts]) => each === url && acts)),
      sendAway: (code) => sent.push(String(code)),
    });
    clients.frozen();
  }

  async function pass(ms: number): Promise<void> {
    clock.pass(ms);
    await new Promise((resolve) => setImmediate(resolve));
  }

  afterEach(() => {
    clients.up();
    expect(clock.waits).to.equal(0);
  });

  it('are sent to another node after two seconds, where one says both times that it acts', async () => {
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

  it('stay for a minute, where all others say that they wait too', async () => {
    waits([['http://one', false]]);
    for (let second = 1; second < 60; second += 1) await pass(1_000);
    expect(sent).to.deep.equal([]);
    await pass(1_000);
    expect(sent).to.deep.equal(['1013']);
  });

  it('are sent to another node after eight seconds, where nobody can be asked', async () => {
    waits([['', false]]);
    await pass(7_999);
    expect(sent).to.deep.equal([]);
    await pass(1);
    expect(sent).to.deep.equal(['1012']);
  });

  it('stay for a minute, where there is no other node', async () => {
    waits([]);
    await pass(59_999);
    expect(sent).to.deep.equal([]);
    await pass(1);
    expect(sent).to.deep.equal(['1013']);
  });

  it('stay, once the node acts again', async () => {
    waits([['http://one', true]]);
    await pass(1_000);
    clients.up();
    await pass(120_000);
    expect(sent).to.deep.equal([]);
  });
});
