import { expect } from 'chai';
import type { NodeFacts } from '../../cluster/node-facts.js';
import type { NodeState } from '../../cluster/node-facts.js';
import type { Peer } from '../../cluster/peers.js';
import { Placement } from '../../cluster/placement.js';
import { HandClock } from './hand-clock.js';

describe('The node that opens a new room', () => {
  const clock = new HandClock();
  let state: NodeState;
  let rooms: number;
  let alive: Peer[];
  let placement: Placement;

  beforeEach(() => {
    state = 'up';
    rooms = 0;
    alive = [];
    placement = new Placement({
      ...{ nodeId: 'own', region: 'eu', slack: 1.5, clock, writes: () => 2 },
      membership: {
        get state() {
          return state;
        },
        peers: {
          get alive() {
            return alive;
          },
        },
      },
      own: () => ({ rooms, sockets: 0 }),
    });
  });

  function sees(id: string, given: Partial<NodeFacts>): void {
    const facts: NodeFacts = {
      ...{ name: id, url: '', region: 'eu', version: '1', oldest: 1, newest: 2, state: 'up', media: new Set() },
      ...{ rooms: 0, sockets: 0, lag: 0, digest: '', ...given },
    };
    alive.push({ id, facts });
  }

  it('is that of its first client, as long as that has no more than its share', () => {
    sees('ana', { rooms: 20 });
    for (rooms of [0, 15, 30, 60]) expect(placement.nodeFor(false)).to.equal('own');
  });

  it('is the least loaded one of the region when that has more', () => {
    rooms = 200;
    sees('ana', { rooms: 50 });
    sees('ben', { rooms: 40 });
    sees('cleo', { region: 'us' });
    expect(placement.nodeFor(false)).to.equal('ben');
  });

  it('is another one soon when one was asked often, whose number of rooms is not known yet', () => {
    rooms = 200;
    sees('ana', { rooms: 42 });
    sees('ben', { rooms: 40 });
    const asked = ['ben', 'ben', 'ana', 'ben', 'ana'];
    expect(asked.map(() => placement.nodeFor(false))).to.have.members(asked);
    clock.pass(2_000);
    expect(placement.nodeFor(false)).to.equal('ben');
  });

  it('is that of its first client when the other one has not opened it', () => {
    rooms = 200;
    sees('ana', {});
    expect(placement.nodeFor(true)).to.equal('own');
  });

  it('is always another one while it is about to end, as long as one is there', () => {
    state = 'draining';
    expect(placement.nodeFor(false)).to.equal('own');
    sees('cleo', { region: 'us' });
    expect(placement.nodeFor(true)).to.equal('cleo');
  });

  it('is none that is about to end, or cannot read the rooms that are begun now', () => {
    rooms = 200;
    sees('ana', { state: 'draining' });
    sees('ben', { newest: 1 });
    expect(placement.nodeFor(false)).to.equal('own');
  });

  it('gives a room that need not stay to the least loaded one, when its own has more than its share', () => {
    sees('ana', { rooms: 20 });
    sees('ben', { rooms: 40 });
    for (rooms of [0, 15, 40]) expect(placement.relief()).to.equal(undefined);
    rooms = 100;
    expect(placement.relief()).to.equal('ana');
    alive = [];
    sees('cleo', { region: 'us' });
    expect(placement.relief()).to.equal(undefined);
  });
});
