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
      await pace.run(urgency, () => Promise.resolve(gone.push(`${urgency} ${index}`)));
    });
    await pause(50);
    expect(gone).to.be.empty;
    pace.resume();
    await Promise.all(asked);
    expect(gone).to.deep.equal(['urgent 2', 'urgent 3', 'later 0', 'later 1']);
  });

  it('begins no more than twenty while none of them has ended, whatever becomes of them', async () => {
    const fast = new Pace(100_000);
    fast.resume();
    let begun = 0;
    let fail = (): void => undefined;
    const held = new Promise<void>((_, reject) => {
      fail = () => {
        reject(new Error('as the test wants'));
      };
    });
    const calls = Array.from({ length: 50 }, () =>
      fast.run('later', () => {
        begun += 1;
        return held;
      }),
    );
    const outcomes = Promise.allSettled(calls);
    await pause(50);
    expect(begun).to.equal(20);
    fail();
    await outcomes;
    expect(begun).to.equal(50);
    fast.pause();
  });

  it('lets no more go than it is told', async () => {
    pace.resume();
    const began = performance.now();
    await Promise.all(Array.from({ length: 10 }, () => pace.run('later', () => Promise.resolve())));
    // Timers are never early, but their clock is coarser than this one.
    expect(performance.now() - began).to.be.at.least(80);
  });
});
