import { expect } from 'chai';
import { GoneNodes } from '../../cluster/gone-nodes.js';
import { HandClock } from './hand-clock.js';

describe('Nodes that are gone', () => {
  it('have been dead for ten seconds without a room, and this node has looked all the time', () => {
    const clock = new HandClock();
    const gone = new GoneNodes(clock, 5_000);
    gone.dead('killed');
    clock.pass(6_000);
    // It still owned a room.
    gone.dead('killed');
    clock.pass(6_000);
    expect(gone.has('killed')).to.equal(false);
    gone.up();
    clock.pass(9_999);
    expect(gone.has('killed')).to.equal(false);
    clock.pass(1);
    expect([gone.has('killed'), gone.has('another')]).to.deep.equal([true, false]);
  });

  it('and others have adopted what this node let go when a lease is over too, and it was up all the time', () => {
    const clock = new HandClock();
    const gone = new GoneNodes(clock, 5_000);
    const since = clock.now();
    clock.pass(14_999);
    expect(gone.haveAdopted(since)).to.equal(false);
    clock.pass(1);
    expect(gone.haveAdopted(since)).to.equal(true);
    gone.up();
    expect(gone.haveAdopted(since)).to.equal(false);
    clock.pass(15_000);
    expect([gone.haveAdopted(since), gone.haveAdopted(clock.now() - 1)]).to.deep.equal([true, false]);
  });
});
