import { expect } from 'chai';
import fc from 'fast-check';
import type { Claim } from '../../../../../media/embedded/rtp/bandwidth/share.js';
import { shared } from '../../../../../media/embedded/rtp/bandwidth/share.js';

function claim(options: Partial<Claim> = {}): Claim {
  return { priority: 0, area: 1, costs: [100, 300, 1000], current: -1, wanted: 2, ...options };
}

/** The same claims when what was granted is sent. */
function sent(claims: readonly Claim[], granted: readonly number[]): Claim[] {
  return claims.map((one, place) => ({ ...one, current: granted[place] ?? -1 }));
}

function costOf(claims: readonly Claim[], granted: readonly number[]): number {
  return claims.reduce((sum, { costs }, place) => sum + (costs[granted[place] ?? -1] ?? 0), 0);
}

const anyClaim = fc
  .record({
    priority: fc.nat(3),
    area: fc.nat(3),
    steps: fc.array(fc.integer({ min: 1, max: 1000 }), { maxLength: 3 }),
    current: fc.integer({ min: -1, max: 2 }),
    wanted: fc.integer({ min: -1, max: 2 }),
  })
  .map(({ steps, ...rest }): Claim => {
    const costs = steps.map((_, place) => steps.slice(0, place + 1).reduce((sum, step) => sum + step, 0));
    return { ...rest, costs };
  });

describe('the share of a stream in the bandwidth of its receiver', () => {
  it('is a small picture of each before a good one of any', () => {
    expect(shared(500, [claim(), claim(), claim()])).to.deep.equal([0, 0, 0]);
  });

  it('is then everything that the first one wants, before anything for the next', () => {
    const claims = [claim(), claim({ priority: 2 }), claim({ priority: 1 })];
    expect(shared(1400, claims)).to.deep.equal([0, 2, 0]);
    expect(shared(1700, claims)).to.deep.equal([0, 2, 1]);
  });

  it('is larger for the larger picture, where priorities are equal', () => {
    expect(shared(500, [claim({ area: 100 }), claim({ area: 400 })])).to.deep.equal([0, 1]);
  });

  it('is all pictures of the smallest layer for each before a larger one for any', () => {
    const costs = [100, 200, 400, 1000];
    const claims = [claim({ costs, smallest: 1, wanted: 3 }), claim({ costs, smallest: 1, wanted: 3, priority: 1 })];
    expect(shared(250, claims)).to.deep.equal([0, 0]);
    expect(shared(500, claims)).to.deep.equal([1, 1]);
    expect(shared(700, claims)).to.deep.equal([1, 2]);
  });

  it('is nothing for the last ones, where not all get a picture', () => {
    expect(shared(250, [claim(), claim({ priority: 1 }), claim()])).to.deep.equal([0, 0, -1]);
  });

  it('is no more than is of use to the receiver', () => {
    expect(shared(100_000, [claim({ wanted: 1 }), claim({ wanted: -1 })])).to.deep.equal([1, -1]);
  });

  it('is kept where there would not be room enough to begin with it', () => {
    expect(shared(305, [claim({ current: 1 })])).to.deep.equal([1]);
    expect(shared(305, [claim({ current: 0 })])).to.deep.equal([0]);
  });

  it('is taken from one that matters less when there is room for one that matters more', () => {
    const claims = [claim({ current: 1 }), claim({ priority: 1, current: 0 })];
    expect(shared(500, claims)).to.deep.equal([0, 1]);
  });

  it('is never more than there is, and no less for one than for another that costs the same and matters less', () => {
    fc.assert(
      fc.property(fc.array(anyClaim, { maxLength: 6 }), fc.nat(6000), (claims, bitrate) => {
        const granted = shared(bitrate, claims);
        expect(costOf(claims, granted)).to.be.at.most(bitrate);
        granted.forEach((layer, place) => {
          expect(layer).to.be.at.most(Math.max(-1, claims[place]?.wanted ?? -1));
        });
        const alike = claims.map((one) => ({ ...one, costs: [100, 300, 1000], current: -1, wanted: 2 }));
        const layers = shared(bitrate, alike);
        alike.forEach((one, place) => {
          alike.forEach((other, otherPlace) => {
            if (one.priority > other.priority)
              expect(layers[place]).to.be.at.least(layers[otherPlace] ?? Number.POSITIVE_INFINITY);
          });
        });
      }),
    );
  });

  it('settles under an estimate that swings by a tenth', () => {
    fc.assert(
      fc.property(fc.array(anyClaim, { maxLength: 6 }), fc.nat(6000), (claims, bitrate) => {
        let granted = claims.map(({ current }) => current);
        const swing = (): number[][] =>
          [0.9 * bitrate, bitrate].map((present) => (granted = shared(present, sent(claims, granted))));
        for (let round = 0; round < 12; round++) swing();
        const [low, high] = swing();
        expect(low).to.deep.equal(high);
      }),
    );
  });
});
