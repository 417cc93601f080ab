import { expect } from 'chai';
import fc from 'fast-check';
import { TokenBucket } from '../../transport/token-bucket.js';

describe('a token bucket', () => {
  /** How many tokens can be taken now. */
  const drain = (bucket: TokenBucket): number => {
    let taken = 0;
    while (bucket.take()) taken += 1;
    return taken;
  };

  it('allows a burst at once, and then as many as time gives back', () => {
    let now = 1_000_000;
    const bucket = new TokenBucket({ perSecond: 10, burst: 25 }, () => now);
    expect(drain(bucket)).to.equal(25);
    now += 99;
    expect(bucket.take(), 'nearly a token').to.equal(false);
    now += 1;
    expect(bucket.take()).to.equal(true);
    now += 500;
    expect(drain(bucket)).to.equal(5);
    now += 3_600_000;
    expect(drain(bucket), 'no more than a burst').to.equal(25);
  });

  it('keeps fractions of a token, however often it is asked', () => {
    let now = 0;
    const bucket = new TokenBucket({ perSecond: 1, burst: 1 }, () => now);
    expect(bucket.take()).to.equal(true);
    for (now = 100; now < 1_000; now += 100) expect(bucket.take()).to.equal(false);
    expect(bucket.take()).to.equal(true);
  });

  it('gives nothing for a clock that is set back, and goes on from there', () => {
    let now = 5_000;
    const bucket = new TokenBucket({ perSecond: 1, burst: 2 }, () => now);
    expect(bucket.take()).to.equal(true);
    now = 0;
    expect(drain(bucket), 'what was left').to.equal(1);
    now = 1_000;
    expect(drain(bucket)).to.equal(1);
  });

  it('never allows more than a burst and what time gave back', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.integer({ min: 1, max: 1_000 }),
        fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 200 }),
        (perSecond, burst, pauses) => {
          let now = 0;
          let taken = 0;
          const bucket = new TokenBucket({ perSecond, burst }, () => now);
          for (const pause of pauses) {
            now += pause;
            if (bucket.take()) taken += 1;
          }
          expect(taken).to.be.at.most(burst + (now * perSecond) / 1000);
        },
      ),
    );
  });
});
