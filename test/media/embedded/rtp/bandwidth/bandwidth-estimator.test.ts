import { expect } from 'chai';
import fc from 'fast-check';
import { BandwidthEstimator } from '../../../../../media/embedded/rtp/bandwidth/bandwidth-estimator.js';
import { OutgoingPath } from '../../../../../media/embedded/rtp/bandwidth/outgoing-path.js';
import type { PathConditions } from './simulated-path.js';
import { SimulatedPath } from './simulated-path.js';

/** What everybody would like to have of a good picture, in bit/s. */
const plenty = 3_000_000;

/** A sender that keeps to the estimate, over a path with these conditions. */
function stage(conditions: Partial<PathConditions>): { estimator: BandwidthEstimator; link: SimulatedPath } {
  const estimator = new BandwidthEstimator();
  const link = new SimulatedPath(estimator, conditions);
  link.sender(() => Math.min(plenty, estimator.bitrate ?? 300_000));
  return { estimator, link };
}

const wanted = (): number => plenty;

describe('bandwidth of a receiver', () => {
  for (const capacity of [200_000, 500_000, 1_000_000, 2_500_000]) {
    it(`is found within eight seconds, and the queue stays short: ${capacity / 1000} kbit/s`, () => {
      const { link } = stage({ capacity });
      link.run(8, wanted);
      link.longestWait();
      const mean = link.meanOf(20, wanted);
      expect(mean / capacity).to.be.within(0.8, 1);
      expect(link.longestWait()).to.be.below(250);
    });
  }

  it('falls within two seconds when the path gets narrow, and comes back when it is wide again', () => {
    const { estimator, link } = stage({ capacity: 2_000_000 });
    link.run(10, wanted);
    link.conditions.capacity = 500_000;
    link.run(2, wanted);
    expect(estimator.bitrate).to.be.below(550_000);
    link.longestWait();
    expect(link.meanOf(10, wanted) / 500_000).to.be.within(0.7, 1);
    link.conditions.capacity = 2_000_000;
    link.run(15, wanted);
    expect(link.meanOf(10, wanted) / 2_000_000).to.be.within(0.8, 1);
  });

  it('is that of the path with a jitter of 30 ms', () => {
    const { link } = stage({ capacity: 1_000_000, jitterMs: 30 });
    link.run(10, wanted);
    expect(link.meanOf(20, wanted) / 1_000_000).to.be.within(0.7, 1);
  });

  for (const loss of [0.01, 0.05, 0.15]) {
    it(`does not fall for the ${loss * 100} % that a bad radio link loses of anything`, () => {
      const { link } = stage({ capacity: 1_000_000, loss });
      link.run(15, wanted);
      expect(link.meanOf(20, wanted) / 1_000_000).to.be.within(0.6, 1.05);
    });
  }

  it('is found where nothing queues and what is too much is thrown away', () => {
    const { link } = stage({ capacity: 600_000, queueMs: 40 });
    link.run(15, wanted);
    expect(link.meanOf(20, wanted) / 600_000).to.be.within(0.7, 1.15);
  });

  it('leaves room for others, and takes it again when they have gone', () => {
    const { link } = stage({ capacity: 2_000_000, others: 1_000_000 });
    link.run(8, wanted);
    expect(link.meanOf(10, wanted) / 1_000_000).to.be.within(0.75, 1.05);
    link.conditions.others = 0;
    link.run(15, wanted);
    expect(link.meanOf(10, wanted) / 2_000_000).to.be.within(0.8, 1);
  });

  it('is one for all transports of the receiver', () => {
    const estimator = new BandwidthEstimator();
    const link = new SimulatedPath(estimator, { capacity: 1_500_000 });
    for (const share of [0.5, 0.3, 0.2]) link.sender(() => share * (estimator.bitrate ?? 300_000));
    link.run(10, wanted);
    link.longestWait();
    expect(link.meanOf(20, wanted) / 1_500_000).to.be.within(0.75, 1);
    expect(link.longestWait()).to.be.below(250);
  });

  it('is not known before the receiver has told something', () => {
    const estimator = new BandwidthEstimator();
    estimator.add(new OutgoingPath());
    estimator.beat(50, plenty);
    expect(estimator.bitrate).to.equal(undefined);
  });

  it('is as much as comes through, where the sender keeps to no estimate', () => {
    const estimator = new BandwidthEstimator();
    const link = new SimulatedPath(estimator, { capacity: 5_000_000 });
    link.sender(() => 2_000_000);
    link.run(5);
    expect(estimator.bitrate).to.be.at.least(1_900_000);
    expect(estimator.isLimited(link.now), 'nothing showed a limit').to.equal(false);
  });

  describe('that is more than is sent', () => {
    it('is found by probes, only when more is wanted', () => {
      const estimator = new BandwidthEstimator();
      const link = new SimulatedPath(estimator, { capacity: 4_000_000 });
      const { path } = link.sender(() => 200_000);
      link.run(5);
      const without = path.sentBytes;
      expect(without).to.be.below((205_000 * 5) / 8);
      link.run(5, () => 2_000_000);
      expect(estimator.bitrate).to.be.at.least(2_000_000);
      const spent = path.sentBytes - without - (200_000 * 5) / 8;
      expect(spent, 'bytes of probes').to.be.within(10_000, 200_000);
    });

    it('is not claimed where the path has no more', () => {
      const estimator = new BandwidthEstimator();
      const link = new SimulatedPath(estimator, { capacity: 400_000 });
      link.sender(() => 200_000);
      link.run(30, wanted);
      expect(estimator.bitrate).to.be.within(250_000, 420_000);
      expect(link.longestWait()).to.be.below(400);
    });

    it('is not looked for where the receiver takes no retransmissions', () => {
      const estimator = new BandwidthEstimator();
      const link = new SimulatedPath(estimator, { capacity: 4_000_000 });
      const { path } = link.sender(() => 200_000, { canRepeat: false });
      link.run(5, wanted);
      expect(path.sentBytes).to.be.below((205_000 * 5) / 8);
    });
  });

  it('is a positive number for whatever a receiver tells', () => {
    const time = fc.oneof(fc.constant(Number.NaN), fc.double({ min: -10_000, max: 2 ** 31, noNaN: true }));
    const message = fc.record({ base: fc.nat(0xffff), times: fc.array(time, { minLength: 1, maxLength: 40 }) });
    const step = fc.record({ sends: fc.nat(50), bytes: fc.nat(1500), passes: fc.nat(3000), message });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const estimator = new BandwidthEstimator();
        const path = new OutgoingPath(() => undefined);
        estimator.add(path);
        let now = 0;
        for (const { sends, bytes, passes, message: told } of steps) {
          for (let count = 0; count < sends; count++) path.sent(bytes, now);
          now += passes;
          // Half of the messages are about what was sent.
          const base = told.base % 2 ? told.base : (path.next - told.times.length) & 0xffff;
          if (path.told({ base, times: Float64Array.from(told.times) }, now)) estimator.told(path, now);
          estimator.beat(now, plenty);
          const { bitrate } = estimator;
          if (bitrate !== undefined) expect(bitrate).to.be.within(1, 100_000_000);
        }
      }),
    );
  });
});
