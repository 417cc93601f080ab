import { expect } from 'chai';
import { MediaClock } from '../../../../media/embedded/recorder/media-clock.js';

describe('the clock of a recorded stream', () => {
  /** Sound at 48 kHz by a clock that is too fast by `millionths`. Packets take 30 ms, and what `delay` adds. */
  function heard(minutes: number, millionths: number, delay: (sentAt: number) => number = () => 0): number {
    const clock = new MediaClock(48_000);
    let [at, timestamp] = [0, 0];
    let arrival = 0;
    for (let packet = 0; packet < minutes * 3000; packet += 1) {
      at = 1000 + (packet * 20) / (1 + millionths / 1e6);
      timestamp = (packet * 960 + 4_294_000_000) >>> 0;
      arrival = Math.max(arrival, at + 30 + delay(at));
      clock.arrived(timestamp, arrival);
    }
    return clock.timeOf(timestamp, arrival) - (at + 30);
  }

  it('keeps to the clock of the engine for hours, when that of the sender is too fast or too slow', () => {
    for (const millionths of [-150, 0, 150]) expect(heard(120, millionths), `${millionths}`).to.be.within(-20, 20);
  });

  it('does not take what waits on its way for slow, and comes back when a wait was taken for the way', () => {
    expect(heard(10, 0, (at) => (at > 300_000 && at < 420_000 ? 400 : 0))).to.be.within(-5, 5);
    expect(heard(3, 0, (at) => (at > 170_000 ? 400 : 0))).to.be.within(-5, 5);
    expect(heard(2, 0, (at) => (at < 3000 ? 400 : 0))).to.be.within(-5, 5);
  });

  it('begins anew where the timestamps of a stream jump', () => {
    const clock = new MediaClock(48_000);
    clock.arrived(0, 1000);
    clock.arrived(960, 1020);
    clock.arrived(960_000_000, 1040);
    expect(clock.timeOf(960_000_000, 1040)).to.equal(1040);
    expect(clock.timeOf(960, 1020), 'of the former ones, the arrival').to.equal(1020);
  });
});
