import { expect } from 'chai';
import { Counts } from '../../cluster/counts.js';
import { Durations } from '../../durations.js';

describe('What a node counts', () => {
  it('is how long things took, each in all classes that are not too short', () => {
    const durations = new Durations();
    for (const ms of [0.5, 1, 30, 60_000]) durations.took(ms);
    expect([0.001, 0.025, 0.05, 10].map((bound) => durations.counts.get(bound))).to.deep.equal([2, 2, 3, 3]);
    expect([durations.count, durations.sum]).to.deep.equal([4, 60.0315]);
  });

  it('is how long it waited for Redis, also while it waits', () => {
    const counts = new Counts();
    counts.frozen(100);
    counts.frozen(150);
    expect(counts.frozenMs(300)).to.equal(200);
    counts.up(400);
    counts.up(500);
    counts.frozen(1_000);
    expect([counts.frozenMs(1_000), counts.frozenMs(1_001)]).to.deep.equal([300, 301]);
  });
});
