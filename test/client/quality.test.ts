import { expect } from 'chai';
import { QualityMeter, qualityOf, worstOf } from '../../client/quality.js';
import type { ConnectionStatistics, MediaStatistics } from '../../client/statistics.js';

const well = { loss: 0, roundTrip: 0.02, jitter: 0.004, frozen: 0 };

const nothing: MediaStatistics = {
  ...{ audioPackets: 0, videoPackets: 0, bytes: 0, packetsLost: 0, jitter: 0, frames: 0, frozen: 0 },
  ...{ keyFrames: 0, keyFrameRequests: 0, frameWidth: 0, frameHeight: 0, audioLevel: 0 },
};

describe('quality', () => {
  it('is as bad as the worst symptom', () => {
    expect(qualityOf(well)).to.equal('good');
    for (const [symptom, fair, poor] of [
      ['loss', 0.03, 0.1],
      ['roundTrip', 0.4, 0.7],
      ['jitter', 0.06, 0.2],
      ['frozen', 0.1, 0.5],
    ] as const) {
      expect(qualityOf({ ...well, [symptom]: fair }), symptom).to.equal('fair');
      expect(qualityOf({ ...well, [symptom]: poor }), symptom).to.equal('poor');
    }
  });

  it('of several is the worst that is known', () => {
    expect(worstOf([])).to.equal('unknown');
    expect(worstOf(['unknown', 'good'])).to.equal('good');
    expect(worstOf(['good', 'poor', 'fair'])).to.equal('poor');
  });

  it('is unknown after one reading, and forgets what was seconds ago', () => {
    const meter = new QualityMeter('received');
    const read = (at: number, packetsLost: number): string => {
      const received = { ...nothing, audioPackets: at / 10, packetsLost };
      const statistics: ConnectionStatistics = { state: 'connected', roundTrip: 0.02, received, sent: nothing };
      return meter.take({ at, statistics });
    };
    expect(read(0, 0)).to.equal('unknown');
    expect(read(2000, 100)).to.equal('poor');
    expect(read(4000, 100)).to.equal('poor');
    for (const at of [6000, 8000]) read(at, 100);
    expect(read(10_000, 100)).to.equal('good');
  });
});
