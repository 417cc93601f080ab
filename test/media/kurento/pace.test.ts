import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { Pace } from '../../../media/kurento/pace.js';

describe('kurento engine › the pace of what is taken over', () => {
  /** One for each hundredth of a second. */
  const pace = new Pace(100);

  afterEach(() => {
    pace.pause();
  });

  it('lets urgent calls go first, the others in order, and none while it is paused', async () => {
    const gone: string[] = [];
    const asked = (['later', 'later', 'urgent', 'urgent'] as const).map(async (urgency, index) => {
      await pace.turn(urgency);
      gone.push(`${urgency} ${index}`);
    });
    await pause(50);
    expect(gone).to.be.empty;
    pace.resume();
    await Promise.all(asked);
    expect(gone).to.deep.equal(['urgent 2', 'urgent 3', 'later 0', 'later 1']);
  });

  it('lets no more go than it is told', async () => {
    pace.resume();
    const began = performance.now();
    for (const turn of Array.from({ length: 10 }, () => pace.turn('later'))) await turn;
    // Timers are never early, but their clock is coarser than this one.
    expect(performance.now() - began).to.be.at.least(80);
  });
});
