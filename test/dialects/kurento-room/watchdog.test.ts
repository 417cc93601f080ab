import { expect } from 'chai';
import { mock } from 'node:test';
import { Watchdog } from '../../../dialects/kurento-room/watchdog.js';

/** On a clock of the test's: the longest of these takes half an hour. */
describe('Kurento Room §1.4 the watchdog of a connection', () => {
  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
  });
  afterEach(() => {
    mock.timers.reset();
  });

  /** After how long without a ping, in ms, the watchdog notices. */
  function patience(intervalMs: number | undefined): number {
    const noticed: number[] = [];
    let waited = 0;
    new Watchdog(intervalMs, () => noticed.push(waited));
    while (noticed.length === 0) {
      mock.timers.tick(500);
      waited += 500;
    }
    return waited;
  }

  it('notices after three intervals', () => {
    expect(patience(5_000)).to.equal(15_000);
    expect(patience(3_000)).to.equal(9_000);
  });

  it('takes 20 s for an interval that is not given, or no number', () => {
    expect(patience(undefined)).to.equal(60_000);
    expect(patience(Number.NaN)).to.equal(60_000);
  });

  it('takes 0.5 s for shorter intervals and 10 min for longer ones', () => {
    expect(patience(1)).to.equal(1_500);
    expect(patience(-5_000)).to.equal(1_500);
    expect(patience(86_400_000)).to.equal(1_800_000);
  });

  it('notices nothing when it is stopped', () => {
    let noticed = false;
    new Watchdog(1_000, () => (noticed = true)).stop();
    mock.timers.tick(10_000);
    expect(noticed).to.equal(false);
  });
});
