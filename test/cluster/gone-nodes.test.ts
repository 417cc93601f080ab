import { expect } from 'chai';
import { GoneNodes } from '../../cluster/gone-nodes.js';
import { HandClock } from './hand-clock.js';

describe('Nodes that are gone', () => {
  it('have been dead for ten seconds without a room, and this node has looked all the time', () => {
    const clock = new HandClock();
    const gone = new GoneNodes(clock);
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
});
